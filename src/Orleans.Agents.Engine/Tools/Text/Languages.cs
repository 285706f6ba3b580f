using System.Collections.Frozen;

namespace Orleans.Agents.Tools.Text;

/// <summary>Which language a file is written in, by its name alone.</summary>
internal static class Languages
{
    /// <summary>What is said of a file whose name says nothing.</summary>
    public const string Other = "Other";

    // A language, then its whole file names and, with a dot, its extensions; upper and lower case are the same.
    private static readonly string[] Table =
    [
        "Ada|.adb .ads", "Assembly|.asm .s", "AsciiDoc|.adoc .asciidoc", "Astro|.astro", "Awk|.awk",
        "Bazel|.bazel .bzl BUILD WORKSPACE", "Bicep|.bicep", "C|.c .h", "C#|.cs .csx",
        "C++|.cc .cpp .cxx .hh .hpp .hxx .ipp", "CMake|.cmake CMakeLists.txt", "CSS|.css", "CSV|.csv .tsv",
        "CUDA|.cu .cuh", "Clojure|.clj .cljc .cljs .edn", "CoffeeScript|.coffee", "Crystal|.cr", "D|.d", "Dart|.dart",
        "Dockerfile|.dockerfile Dockerfile Containerfile", "Elixir|.ex .exs", "Elm|.elm", "Erlang|.erl .hrl",
        "F#|.fs .fsi .fsx", "Fish|.fish", "Fortran|.f .f90 .f95 .f03", "GLSL|.glsl .vert .frag", "Go|.go",
        "Go module|go.mod go.sum go.work", "Gradle|.gradle", "GraphQL|.graphql .gql", "Groovy|.groovy Jenkinsfile",
        "HCL|.hcl", "HTML|.html .htm", "Handlebars|.hbs .handlebars", "Haskell|.hs .lhs",
        "INI|.ini .cfg .conf .properties .editorconfig .gitconfig",
        "JSON|.json .jsonc .json5 .jsonl .ndjson .webmanifest", "JSX|.jsx", "Java|.java", "JavaScript|.js .cjs .mjs",
        "Jinja|.j2 .jinja .jinja2", "Julia|.jl", "Jupyter Notebook|.ipynb", "Kotlin|.kt .kts", "LaTeX|.tex .sty .bib",
        "Less|.less", "Lisp|.lisp .lsp .cl", "Lua|.lua", "MSBuild|.csproj .fsproj .vbproj .proj .props .targets",
        "Makefile|.mk Makefile GNUmakefile", "Markdown|.md .mdx .markdown", "Nim|.nim", "Nix|.nix", "OCaml|.ml .mli",
        "Objective-C|.m .mm", "PHP|.php", "Pascal|.pas .pp", "Perl|.pl .pm", "PowerShell|.ps1 .psd1 .psm1",
        "Prolog|.pro", "Protocol Buffers|.proto", "Python|.py .pyi .pyw", "R|.r .rmd", "Racket|.rkt",
        "Razor|.cshtml .razor", "Ruby|.rb .rake .gemspec Gemfile Rakefile", "Rust|.rs", "SCSS|.scss .sass",
        "SQL|.sql", "SVG|.svg", "Scala|.scala .sc .sbt", "Scheme|.scm .ss",
        "Shell|.sh .bash .zsh .ksh .bashrc .profile .zshrc", "Solidity|.sol", "Starlark|.star", "Svelte|.svelte",
        "Swift|.swift", "SystemVerilog|.sv .svh", "TOML|.toml Cargo.lock Pipfile", "TSX|.tsx", "Tcl|.tcl",
        "Terraform|.tf .tfvars", "Text|.txt .text LICENSE NOTICE AUTHORS README CHANGELOG",
        "TypeScript|.ts .cts .mts", "VHDL|.vhd .vhdl", "Verilog|.v", "Vim script|.vim .vimrc", "Visual Basic|.vb",
        "Visual Studio solution|.sln .slnf .slnx", "Vue|.vue", "WebAssembly|.wat .wast", "XAML|.xaml .axaml",
        "XML|.xml .xsd .xsl .xslt .resx .config .nuspec .plist", "YAML|.yaml .yml", "Zig|.zig",
        "reStructuredText|.rst", "Git settings|.gitignore .gitattributes .gitmodules .dockerignore .npmignore",
        "Environment|.env", "Batch|.bat .cmd", "Emacs Lisp|.el", "Gleam|.gleam", "Just|.just justfile",
        "Meson|meson.build meson_options.txt",
    ];

    private static readonly FrozenDictionary<string, string> ByName = Table
        .Select(row => row.Split('|'))
        .SelectMany(row => row[1].Split(' ').Select(name => KeyValuePair.Create(name, row[0])))
        .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The language of a file.</summary>
    public static string Of(string fileName) =>
        ByName.TryGetValue(fileName, out var language) || ByName.TryGetValue(Path.GetExtension(fileName), out language)
            ? language
            : Other;
}
