namespace Pangu.Evaluation.Prediction.Linear;

/// <summary>The sums of one context, for fitting and for choosing, a channel each.</summary>
internal sealed class LinearProblem(LagGram[] training, LagGram[] choice, LinearSettings settings)
{
    private readonly int _context = training[0].Context;

    private readonly LagGram _pooled = Pooled(training);

    private readonly LagGram _pooledChoice = Pooled(choice);

    /// <summary>The best shared map of a form and, where asked for, the best maps a channel.</summary>
    public IEnumerable<LinearCandidate> Best(LinearKind kind)
    {
        var penalty = kind == LinearKind.Decomposed ? Decomposition.Penalty(_context, settings.Threads) : null;
        var (map, strength, error) = Best(kind, _pooled, _pooledChoice, penalty, null);
        yield return Candidate(kind, [map], strength, error);
        if (settings.PerChannel)
        {
            var single = Enumerable.Range(0, training.Length).Select(channel => Best(kind, training[channel], choice[channel], penalty, map)).ToArray();
            yield return Candidate(kind, [.. single.Select(best => best.Map)], single.Average(best => best.Strength), single.Average(best => best.Error));
        }
    }

    private (LinearMap Map, double Strength, double Error) Best(LinearKind kind, LagGram fitting, LagGram choosing, double[]? penalty, LinearMap? prior)
    {
        var anchor = Anchor(kind);
        var source = anchor is null ? fitting : fitting.RelativeTo(anchor);
        var phase = LinearSearch.ByPhase(kind) ? new PhaseRidge(source, settings.Season!.Value) : null;
        (LinearMap Map, double Strength, double Error) best = (null!, 0, double.PositiveInfinity);
        foreach (var strength in settings.Strengths)
        {
            var fitted = phase?.Fit(strength, settings.Threads) ?? LinearMap.Fit(source, strength, penalty, prior, settings.Threads);
            var map = anchor is null ? fitted : fitted.Absolute(anchor);
            var error = choosing.MeanSquaredError(map.Weight, map.Bias);
            if (error < best.Error)
            {
                best = (map, strength, error);
            }
        }

        return best;
    }

    private double[]? Anchor(LinearKind kind)
    {
        var anchor = new double[_context];
        switch (kind)
        {
            case LinearKind.Centred or LinearKind.PhaseCentred:
                anchor.AsSpan().Fill(1.0 / _context);
                return anchor;
            case LinearKind.LastValue or LinearKind.PhaseLastValue:
                anchor[^1] = 1;
                return anchor;
            default:
                return null;
        }
    }

    private LinearCandidate Candidate(LinearKind kind, LinearMap[] maps, double strength, double error)
    {
        var name = kind switch
        {
            LinearKind.Ridge => "ridge",
            LinearKind.Centred => "ridge-centred",
            LinearKind.LastValue => "nlinear",
            LinearKind.Decomposed => "dlinear",
            LinearKind.Phase => "ridge-phase",
            LinearKind.PhaseCentred => "ridge-phase-centred",
            _ => "ridge-phase-last",
        };
        return new LinearCandidate(
            new LinearFit
            {
                Name = $"{name}{(maps.Length > 1 ? "-channel" : "")}-{_context}",
                Context = _context,
                Horizon = settings.Horizon,
                PerChannel = maps.Length > 1,
                Weight = [.. maps.SelectMany(map => map.Weight).Select(value => (float)value)],
                Bias = [.. maps.SelectMany(map => map.Bias).Select(value => (float)value)],
            },
            kind,
            strength,
            error);
    }

    private static LagGram Pooled(LagGram[] grams)
    {
        var pooled = new LagGram(grams[0].Context, grams[0].Horizon);
        foreach (var gram in grams)
        {
            pooled.Add(gram);
        }

        return pooled;
    }
}
