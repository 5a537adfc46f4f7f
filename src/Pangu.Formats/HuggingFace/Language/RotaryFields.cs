using Pangu.Core;

namespace Pangu.Formats;

/// <summary>
/// Rotary positions as configs say them: <c>rope_parameters</c> (transformers 5), or <c>rope_theta</c>, <c>rope_scaling</c> and <c>partial_rotary_factor</c> side by side (before). Both mean the same; every field is
/// honoured or refused by name.
/// </summary>
internal static class RotaryFields
{
    public static Rotary Read(ForeignConfig config, int headWidth, LlamaDefaults defaults)
    {
        var (current, legacy) = (config.Section("rope_parameters"), config.Section("rope_scaling"));
        if (current is not null && legacy is not null)
        {
            config.Refuse("rope_scaling", "null beside rope_parameters; say rotary positions once");
        }

        var section = legacy ?? current;
        var width = (int)Math.Floor(headWidth * Share(config, section));
        return new Rotary
        {
            Base = Either(config, section, "rope_theta", defaults.RotaryBase),
            Width = width,
            Scaling = section is null ? null : Scaling(config, section, defaults.Positions),
        };
    }

    private static double Share(ForeignConfig config, ForeignConfig? section)
    {
        const string Name = "partial_rotary_factor";
        var share = Either(config, section, Name, 1);
        if (share is > 0 and <= 1)
        {
            return share;
        }

        (section?.Value(Name) is null ? config : section).Refuse(Name, "a number above 0 and at most 1");
        return 1;
    }

    /// <summary>A field that stands in the object of rotary positions or beside it; both must say the same.</summary>
    private static double Either(ForeignConfig config, ForeignConfig? section, string name, double fallback)
    {
        var beside = config.Number(name, fallback);
        if (section?.Value(name) is null)
        {
            return beside;
        }

        var inside = section.Number(name, beside);
        if (config.Value(name) is not null && inside != beside)
        {
            config.Refuse(name, FormattableString.Invariant($"{inside} as in the object of rotary positions, or absent"));
        }

        return inside;
    }

    private static RopeScaling? Scaling(ForeignConfig config, ForeignConfig section, int defaultPositions)
    {
        // Older files say "type"; where both are there, transformers reads rope_type.
        var name = section.Value("rope_type") is null ? "type" : "rope_type";
        section.WithoutEffect("type");
        switch (section.Choose(name, "default", new Dictionary<string, string> { ["default"] = "default", ["linear"] = "linear", ["llama3"] = "llama3", ["yarn"] = "yarn" }))
        {
            case "linear":
                return new LinearRopeScaling { Factor = section.RequireNumber("factor", 1) };
            case "llama3":
                return new Llama3RopeScaling
                {
                    Factor = section.RequireNumber("factor", 1),
                    OriginalPositions = OriginalPositions(config, section, defaultPositions),
                    LowFrequencyFactor = section.RequireNumber("low_freq_factor", 1),
                    HighFrequencyFactor = section.RequireNumber("high_freq_factor", 4),
                };
            case "yarn":
                return Yarn(config, section, defaultPositions);
            default:
                return null;
        }
    }

    private static YarnRopeScaling Yarn(ForeignConfig config, ForeignConfig section, int defaultPositions)
    {
        var original = OriginalPositions(config, section, defaultPositions);
        var factor = section.Number("factor", config.Whole("max_position_embeddings", defaultPositions) / original);
        var (magnitude, ofAllNumbers) = (section.Number("mscale", 0), section.Number("mscale_all_dim", 0));
        double? amplitude = magnitude != 0 && ofAllNumbers != 0
            ? YarnRopeScaling.MagnitudeOf(factor, magnitude) / YarnRopeScaling.MagnitudeOf(factor, ofAllNumbers)
            : null;
        return new YarnRopeScaling
        {
            Factor = factor,
            OriginalPositions = original,
            BetaFast = section.Number("beta_fast", 32),
            BetaSlow = section.Number("beta_slow", 1),
            Truncate = section.Flag("truncate", true),
            AttentionFactor = section.Value("attention_factor") is null ? amplitude : section.Number("attention_factor", 1),
        };
    }

    /// <summary>A field of the same name beside the object wins, as in transformers; without either it is the longest sequence.</summary>
    private static double OriginalPositions(ForeignConfig config, ForeignConfig section, int defaultPositions) =>
        config.Number("original_max_position_embeddings", section.Number("original_max_position_embeddings", config.Whole("max_position_embeddings", defaultPositions)));
}
