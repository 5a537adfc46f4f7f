using System.Text.Json;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>
/// A foreign <c>config.json</c>, read field by field. Every field must be asked for or named as being without effect; what is left over is a problem that names it.
/// Problems are collected, so that all of them are told at once.
/// </summary>
internal sealed class ForeignConfig
{
    /// <summary>Bookkeeping that transformers writes into every config and that changes nothing about what a model computes.</summary>
    private static readonly string[] Bookkeeping =
    [
        "_attn_implementation", "_attn_implementation_autoset", "_commit_hash", "_name_or_path", "_num_labels", "add_cross_attention", "architectures", "attn_implementation", "auto_map", "bad_words_ids", "begin_suppress_tokens", "bos_token_id",
        "chunk_size_feed_forward", "cross_attention_hidden_size", "decoder_start_token_id", "diversity_penalty", "do_sample", "dtype", "early_stopping", "encoder_no_repeat_ngram_size", "eos_token_id",
        "exponential_decay_length_penalty", "finetuning_task", "forced_bos_token_id", "forced_eos_token_id", "gradient_checkpointing", "id2label", "is_decoder", "is_encoder_decoder", "label2id", "length_penalty", "max_length", "min_length", "model_type",
        "name_or_path", "no_repeat_ngram_size", "num_beam_groups", "num_beams", "num_labels", "num_return_sequences", "output_attentions", "output_hidden_states", "output_scores", "pad_token_id", "prefix", "problem_type", "pruned_heads",
        "remove_invalid_values", "repetition_penalty", "return_dict", "return_dict_in_generate", "sep_token_id", "suppress_tokens", "task_specific_params", "temperature", "tf_legacy_loss", "tie_encoder_decoder", "tokenizer_class",
        "top_k", "top_p", "torch_dtype", "torchscript", "transformers_version", "typical_p", "use_bfloat16", "use_cache",
    ];

    private readonly JsonElement _root;
    private readonly string _text;
    private readonly HashSet<string> _asked = new(Bookkeeping, StringComparer.Ordinal);
    private readonly List<Problem> _problems = [];
    private readonly List<string> _notes = [];
    private readonly List<ForeignConfig> _sections = [];

    // Of a section: its name with a dot, and where its text begins.
    private readonly string _prefix = string.Empty;
    private readonly int _start;

    private ForeignConfig(string path, string text, JsonElement root)
    {
        Path = path;
        _text = text;
        _root = root;
    }

    private ForeignConfig(ForeignConfig parent, string name, JsonElement root)
        : this(parent.Path, parent._text, root)
    {
        _asked = new HashSet<string>(StringComparer.Ordinal);
        _problems = parent._problems;
        _notes = parent._notes;
        _prefix = $"{parent._prefix}{name}.";
        _start = Math.Max(0, parent.Place(name));
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What the importer should tell: settings that hold in training only.</summary>
    public IReadOnlyList<string> Notes => _notes;

    public static ForeignConfig Read(string path) => Parse(File.ReadAllText(path), path);

    public static ForeignConfig Parse(string text, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new ForeignConfig(path, text, document.RootElement.Clone())
                : throw PanguException.Usage("hugging-face-config", $"{path} is {document.RootElement.ValueKind}; expected an object.");
        }
        catch (JsonException exception)
        {
            throw new PanguException(ErrorKind.Usage, "hugging-face-config", $"{path} is not sound JSON: {exception.Message}", exception);
        }
    }

    /// <summary>The classes that the checkpoint was saved from.</summary>
    public IReadOnlyList<string> Architectures() =>
        _root.TryGetProperty("architectures", out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)]
            : [];

    /// <summary>The architecture's name; null when the file has none.</summary>
    public string? ModelType() => _root.TryGetProperty("model_type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;

    /// <summary>The value of a field; null when it is absent or null.</summary>
    public JsonElement? Value(string name)
    {
        _asked.Add(name);
        return _root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    /// <summary>Whether a field is there, even as null.</summary>
    public bool Has(string name) => _root.TryGetProperty(name, out _);

    /// <summary>A field that is an object of fields, each of which must be asked for too; null when it is absent, null or empty.</summary>
    public ForeignConfig? Section(string name)
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            Refuse(name, "an object or null");
            return null;
        }

        if (!value.EnumerateObject().Any())
        {
            return null;
        }

        var section = new ForeignConfig(this, name, value);
        _sections.Add(section);
        return section;
    }

    public int Whole(string name, int fallback, int minimum = 1)
    {
        if (Value(name) is not { } value)
        {
            return fallback;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= minimum)
        {
            return number;
        }

        Refuse(name, $"a whole number of at least {minimum}");
        return fallback;
    }

    public double Number(string name, double fallback)
    {
        if (Value(name) is not { } value)
        {
            return fallback;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number))
        {
            return number;
        }

        Refuse(name, "a number");
        return fallback;
    }

    public bool Flag(string name, bool fallback)
    {
        if (Value(name) is not { } value)
        {
            return fallback;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        Refuse(name, "true or false");
        return fallback;
    }

    /// <summary>A number that has no default.</summary>
    public double RequireNumber(string name, double placeholder)
    {
        Require(name);
        return Number(name, placeholder);
    }

    /// <summary>A whole number that has no default.</summary>
    public int RequireWhole(string name, int placeholder, int minimum)
    {
        Require(name);
        return Whole(name, placeholder, minimum);
    }

    /// <summary>A list of words; null when absent or null.</summary>
    public IReadOnlyList<string>? Words(string name)
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
        {
            return [.. value.EnumerateArray().Select(item => item.GetString()!)];
        }

        Refuse(name, "a list of words");
        return null;
    }

    /// <summary>A list of whole numbers, or one number; null when absent or null.</summary>
    public IReadOnlyList<int>? Wholes(string name)
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        JsonElement[] items = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        var numbers = new List<int>();
        foreach (var item in items)
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out var number))
            {
                Refuse(name, "whole numbers");
                return null;
            }

            numbers.Add(number);
        }

        return numbers;
    }

    /// <summary>One of several words.</summary>
    public T Choose<T>(string name, string fallback, IReadOnlyDictionary<string, T> supported)
    {
        if (Value(name) is not { } value)
        {
            return supported[fallback];
        }

        if (value.ValueKind == JsonValueKind.String && supported.TryGetValue(value.GetString()!, out var chosen))
        {
            return chosen;
        }

        Refuse(name, string.Join(", ", supported.Keys.Select(key => $"\"{key}\"")));
        return supported[fallback];
    }

    /// <summary>Fields that change nothing for this architecture; the caller says why beside the call.</summary>
    public void WithoutEffect(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            _asked.Add(name);
        }
    }

    /// <summary>Rates that hold in training only: not part of a model's config, so they are noted where they are not zero.</summary>
    public void TrainingOnly(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            var rate = Number(name, 0);
            if (rate != 0)
            {
                _notes.Add(FormattableString.Invariant($"{name} {rate} holds in training only; set it in the recipe to train further"));
            }
        }
    }

    /// <summary>A field whose value cannot be honoured.</summary>
    /// <param name="name">The field.</param>
    /// <param name="supported">What is supported.</param>
    public void Refuse(string name, string supported) =>
        _problems.Add(new Problem(Path, Line(name), $"{_prefix}{name} is {Shown(name)}; supported: {supported}"));

    /// <summary>A problem of several fields together.</summary>
    public void Problem(string message) => _problems.Add(new Problem(Path, null, message));

    /// <summary>Throws when there were problems or fields that nobody asked for.</summary>
    public void Finish(string architecture)
    {
        ListUnknown(architecture);

        if (_problems.Count > 0)
        {
            throw new PanguException(ErrorKind.Usage, "hugging-face-config", $"{Path} cannot be honoured as {architecture} ({_problems.Count} problem(s)).", [.. _problems.OrderBy(problem => problem.Line)]);
        }
    }

    private void Require(string name)
    {
        if (Value(name) is null)
        {
            _problems.Add(new Problem(Path, null, $"{_prefix}{name} is absent; {(_prefix.Length > 0 ? _prefix.TrimEnd('.') : $"model_type {ModelType()}")} needs it"));
        }
    }

    private void ListUnknown(string architecture)
    {
        foreach (var property in _root.EnumerateObject().Where(property => !_asked.Contains(property.Name)))
        {
            _problems.Add(new Problem(Path, Line(property.Name), $"{_prefix}{property.Name} is {Shown(property.Name)}; {architecture} has no such field that this version knows. Remove it if it changes nothing"));
        }

        _sections.ForEach(section => section.ListUnknown(architecture));
    }

    private string Shown(string name)
    {
        if (!_root.TryGetProperty(name, out var value))
        {
            return "absent";
        }

        var text = string.Join(' ', value.GetRawText().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length > 80 ? text[..80] + "..." : text;
    }

    private int? Line(string name)
    {
        var index = Place(name);
        return index < 0 ? null : _text.AsSpan(0, index).Count('\n') + 1;
    }

    /// <summary>Where the field stands in the text: the name with a colon behind it, so that a value of that name is not taken for it.</summary>
    private int Place(string name)
    {
        var quoted = $"\"{name}\"";
        for (var index = _text.IndexOf(quoted, _start, StringComparison.Ordinal); index >= 0; index = _text.IndexOf(quoted, index + 1, StringComparison.Ordinal))
        {
            if (_text.AsSpan(index + quoted.Length).TrimStart() is [':', ..])
            {
                return index;
            }
        }

        return -1;
    }
}
