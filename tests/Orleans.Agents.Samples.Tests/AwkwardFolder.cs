namespace Orleans.Agents.Samples.Tests;

/// <summary>A folder with what makes counting hard, and a file of every language that the sample knows.</summary>
internal static class AwkwardFolder
{
    // Written in two parts: our own source is searched for open markers too.
    private const string Later = "TO" + "DO";
    private const string Broken = "FIX" + "ME";

    public static ScratchFolder Make()
    {
        var folder = new ScratchFolder();
        AddLanguages(folder);
        AddNames(folder);
        AddContents(folder);
        AddExcluded(folder);
        File.CreateSymbolicLink(Path.Combine(folder.Path, "link-to-readme"), "README.md");
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "link-to-folder"), "src");
        Directory.CreateDirectory(Path.Combine(folder.Path, "empty", "emptier"));
        return folder;
    }

    private static void AddLanguages(ScratchFolder folder) => folder
        .Add(
            "src/Program.cs",
            "using System;\n\nnamespace Harbour;\n\npublic class Program\n{\n    public static void Main() { }\n}\n")
        .Add("src/Harbour.csproj", "<Project>\n  <PackageReference Include=\"Pier\" />\n</Project>\n")
        .Add("tests/PierTests.cs", "namespace Harbour;\nclass PierTests\n{\n    [Fact]\n    void Holds() { }\n}\n")
        .Add("go/main.go", "package main\n\nfunc main() {}\n")
        .Add("go/pier_test.go", "package main\n\nfunc TestPier(t *testing.T) {}\n")
        .Add("go.mod", "module harbour\n\nrequire example.org/pier v1.0.0\n")
        .Add("py/__main__.py", "class Pier:\n    def test_pier(self): pass\n\nif __name__ == '__main__':\n    pass\n")
        .Add("py/requirements.txt", "pier==1.0\n")
        .Add("web/index.js", "export function start() {}\nit('starts', () => {})\n")
        .Add("web/app.ts", "export class App {}\n")
        .Add("web/package.json", "{\n  \"main\": \"index.js\",\n  \"dependencies\": {}\n}\n")
        .Add("java/Main.java", "package harbour;\npublic class Main {\n  public static void main(String[] a) {}\n}\n")
        .Add("kt/Main.kt", "package harbour\nfun main() {}\n")
        .Add("rs/main.rs", "mod pier;\nfn main() {}\n#[test]\nfn holds() {}\n")
        .Add("c/main.c", "int main(void) { return 0; }\n")
        .Add("c/pier.h", "#ifndef PIER_H\n#define PIER_H\n#endif\n")
        .Add("cpp/pier.cpp", "namespace harbour {}\nTEST(Pier, Holds) {}\n")
        .Add("rb/pier.rb", "module Harbour\n  class Pier\n  end\nend\n")
        .Add("build.sh", "#!/bin/sh\nbuild() {\n  true\n}\n")
        .Add("Dockerfile", "FROM scratch\n");

    private static void AddNames(ScratchFolder folder) => folder
        .Add("README.md", "# Harbour\n\nA place for ships.\n")
        .Add("docs/höfe und häfen.md", "# Häfen\n")
        .Add("docs/港.md", "# 港\n")
        .Add("docs/it's \"quoted\" [1].md", "## Quoted\n")
        .Add("docs/-leading dash.md", "# Dash\n")
        .Add(".hidden/notes.txt", "harbour by night\n")
        .Add("no extension", "plain\n")
        .Add("deep/" + string.Join('/', Enumerable.Range(0, 40).Select(i => $"d{i}")) + "/end.txt", "deep harbour\n");

    private static void AddContents(ScratchFolder folder) => folder
        .Add("src/marks.cs", $"// {Later}: one\n// my{Later}s are none\n// {Broken} two {Later}\nvar _{Later} = 0;\n")
        .Add("src/crlf.cs", $"namespace Harbour;\r\n// {Later}\r\nharbour\r\n")
        .Add("src/no-end.cs", $"namespace Harbour; // {Broken}")
        .Add("src/empty.cs", "")
        .Add("src/bom.cs", "\uFEFFnamespace Harbour;\n")
        .Add("src/long.txt", new string('x', 3_000) + " harbour\n")
        .Add("binary.dat", [0, 10, 0, 10, (byte)'T', (byte)'O', (byte)'D', (byte)'O', 10, 255])
        .Add("latin1.txt", [(byte)'h', (byte)'\u00e4', (byte)'f', 10, .. "harbour"u8, 10])
        .Add("large.bin", [.. Enumerable.Range(0, 70_000).Select(i => (byte)(i % 251))]);

    private static void AddExcluded(ScratchFolder folder) => folder
        .Add(".git/config", "harbour\n")
        .Add("node_modules/pier/index.js", $"// {Later}\nexport function start() {{}}\n")
        .Add("src/bin/Debug/out.cs", "namespace Harbour;\n")
        .Add("src/obj/out.cs", "namespace Harbour;\n")
        .Add("tools/bin", "a file, not a folder\n");
}
