namespace Orleans.Agents.Definitions;

/// <summary>
/// The codes that the loader itself gives to diagnostics. They are stable, and explained in
/// <c>docs/reference/diagnostics.md</c>: a test compares. Expressions and schemas add their own.
/// </summary>
public static class DiagnosticCode
{
    /// <summary>A file or folder cannot be read.</summary>
    public const string FileUnreadable = "file.unreadable";

    /// <summary>A file is larger than a definition may be, or there are too many files.</summary>
    public const string FileTooLarge = "file.too_large";

    /// <summary>A file is not UTF-8, or holds control characters.</summary>
    public const string FileEncoding = "file.encoding";

    /// <summary>The text is not YAML.</summary>
    public const string YamlSyntax = "yaml.syntax";

    /// <summary>
    /// An expression stands unquoted where YAML gives <c>{</c>, <c>:</c> or <c>#</c> a meaning of its own.
    /// </summary>
    public const string YamlQuoteExpression = "yaml.quote_expression";

    /// <summary>A mapping has the same key twice.</summary>
    public const string DuplicateKey = "yaml.duplicate_key";

    /// <summary>A key is not text.</summary>
    public const string KeyNotText = "yaml.key_not_text";

    /// <summary>A merge key, which the format does not have.</summary>
    public const string MergeKey = "yaml.merge_key";

    /// <summary>A tag that means nothing here, or does not fit its value.</summary>
    public const string UnknownTag = "yaml.unknown_tag";

    /// <summary>An alias without an anchor before it.</summary>
    public const string UnknownAnchor = "yaml.unknown_anchor";

    /// <summary>A value that JSON does not have, such as an infinite number or half a character.</summary>
    public const string NotJson = "yaml.not_json";

    /// <summary>The document nests too deeply or unfolds to too many values.</summary>
    public const string TooComplex = "definition.too_complex";

    /// <summary>The text is not JSON.</summary>
    public const string JsonSyntax = "json.syntax";

    /// <summary>A file without any document, or a folder without any file that could hold one.</summary>
    public const string EmptyFile = "definition.empty";

    /// <summary>A file or document that is not one of ours.</summary>
    public const string NotADocument = "definition.not_a_document";

    /// <summary>A version of the format that this program does not understand.</summary>
    public const string UnknownVersion = "definition.unknown_version";

    /// <summary>A kind of document that there is not.</summary>
    public const string UnknownKind = "definition.unknown_kind";

    /// <summary>Two documents of one kind with one name.</summary>
    public const string DuplicateName = "definition.duplicate";

    /// <summary>Documents, and no workflow among them.</summary>
    public const string NoWorkflow = "definition.no_workflow";

    /// <summary>A document that nothing refers to.</summary>
    public const string UnusedDocument = "definition.unused";

    /// <summary>A field that there is not.</summary>
    public const string UnknownField = "field.unknown";

    /// <summary>A required field that is not there.</summary>
    public const string MissingField = "field.missing";

    /// <summary>A field with a value of the wrong kind.</summary>
    public const string WrongType = "field.wrong_type";

    /// <summary>A field with a value outside its rules.</summary>
    public const string InvalidValue = "field.invalid";

    /// <summary>Two fields of which only one may be given.</summary>
    public const string Conflict = "field.conflict";

    /// <summary>A construct that the format has and this version does not run yet.</summary>
    public const string FeatureBlocked = "feature.blocked";

    /// <summary>A construct that may still change.</summary>
    public const string FeatureExperimental = "feature.experimental";

    /// <summary>A state that does not say what it does, or says two things.</summary>
    public const string StateKind = "workflow.state_kind";

    /// <summary>A field that does nothing for a state of this kind.</summary>
    public const string FieldWithoutEffect = "workflow.field_without_effect";

    /// <summary>A transition to a state that there is not.</summary>
    public const string UnknownTarget = "workflow.unknown_target";

    /// <summary>A state that no run can come to.</summary>
    public const string UnreachableState = "workflow.unreachable_state";

    /// <summary>A state from which no run can come to an end.</summary>
    public const string NoEnd = "workflow.no_end";

    /// <summary>A cycle that only the budget bounds.</summary>
    public const string UnboundedCycle = "workflow.unbounded_cycle";

    /// <summary>An alternative that can never be taken.</summary>
    public const string DeadTransition = "workflow.dead_transition";

    /// <summary>Alternatives that may all fail to apply.</summary>
    public const string NoCatchAll = "workflow.no_catch_all";

    /// <summary>A catch that can never match.</summary>
    public const string DeadCatch = "workflow.dead_catch";

    /// <summary>A bound on visits of a state that no cycle leads back to.</summary>
    public const string BoundWithoutCycle = "workflow.bound_without_cycle";

    /// <summary>A name of the context that nothing gives a value.</summary>
    public const string UnknownContext = "context.unknown";

    /// <summary>A name of the context that nothing reads.</summary>
    public const string UnusedContext = "context.unused";

    /// <summary>A property that the input's schema does not declare.</summary>
    public const string UnknownInput = "input.unknown";

    /// <summary>A property that the output's schema does not declare.</summary>
    public const string UnknownOutput = "output.unknown";

    /// <summary>An environment variable that no policy allows.</summary>
    public const string EnvNotAllowed = "env.not_allowed";

    /// <summary>A name that exists and is not in scope at this place.</summary>
    public const string ExpressionScope = "expression.scope";

    /// <summary>An expression in a key, where none is evaluated.</summary>
    public const string ExpressionInKey = "expression.in_key";

    /// <summary>An agent that no document defines.</summary>
    public const string UnknownAgent = "agent.unknown";

    /// <summary>A model that the host does not know.</summary>
    public const string UnknownModel = "agent.unknown_model";

    /// <summary>An agent with the offline model and without answers.</summary>
    public const string NoAnswers = "agent.no_answers";

    /// <summary>A file of answers that is not there or lies outside the folder.</summary>
    public const string AnswersFile = "agent.answers_file";

    /// <summary>A workflow that no document defines.</summary>
    public const string UnknownWorkflow = "workflow.unknown";

    /// <summary>Workflows that run each other in a circle.</summary>
    public const string CallsInCircle = "workflow.calls_in_circle";

    /// <summary>A tool that the host does not know.</summary>
    public const string UnknownTool = "tool.unknown";

    /// <summary>An input with a member that the tool or agent does not take.</summary>
    public const string UnknownArgument = "argument.unknown";

    /// <summary>An input without a member that the tool or agent needs.</summary>
    public const string MissingArgument = "argument.missing";

    /// <summary>A constant input that the tool or agent would refuse.</summary>
    public const string InvalidArgument = "argument.invalid";

    /// <summary>A schema that no document defines.</summary>
    public const string UnknownSchema = "schema.unknown";

    /// <summary>A signal that states wait for with different schemas.</summary>
    public const string SignalSchema = "signal.schema_conflict";

    /// <summary>A pattern of failures that can match none.</summary>
    public const string FailurePattern = "failure.pattern";

    /// <summary>More than one default retry rule.</summary>
    public const string SecondRetryRule = "policy.second_retry";

    /// <summary>A template of a FlatMachine in words that have no equal here.</summary>
    public const string FlatTemplate = "flatmachine.template";

    /// <summary>A file or profile that a FlatMachine refers to and that is not there, or is something else.</summary>
    public const string FlatReference = "flatmachine.reference";

    /// <summary>Something in a FlatMachine that has no effect here.</summary>
    public const string FlatWithoutEffect = "flatmachine.without_effect";

    /// <summary>A FlatMachine of which it is not clear where a run begins.</summary>
    public const string FlatInitial = "flatmachine.initial";

    /// <summary>A value of a FlatMachine that is read where it is not there yet.</summary>
    public const string FlatOrder = "flatmachine.order";

    /// <summary>An action of a FlatMachine for which there is neither a handler nor an answer.</summary>
    public const string FlatAction = "flatmachine.action";

    /// <summary>An error in <c>on_error</c> of a FlatMachine that never happens here.</summary>
    public const string FlatErrorName = "flatmachine.error_name";
}
