using Pangu.Core;
using Pangu.Training;
using Pangu.Workshop.Language;
using Pangu.Workshop.Recipes;

namespace Pangu.Workshop.Tests.Language;

public sealed class LanguageTrainingSettingsTests
{
    private static readonly LanguageTrainingSettings s_plain = new() { Steps = 100, LearningRate = 1e-3, MuonLearningRate = 0.02 };

    [Fact]
    public void ToOptions_MuonIterations_AreThoseOfPolarExpress()
    {
        Assert.Equal(new NewtonSchulz(), s_plain.ToOptions().Optimizer.Muon!.Orthogonalisation);
        var three = (s_plain with { MuonIterations = 3 }).ToOptions().Optimizer.Muon!.Orthogonalisation;
        Assert.Equal(3, three.Iterations);
        Assert.Equal(8.287, three.First[0].A, 3);
    }

    [Fact]
    public void ToOptions_PlateauAndLine_FallsStraightToTheFloor()
    {
        var schedule = (s_plain with { Schedule = RateShape.WarmUpStableLinear, WarmUpSteps = 10, DecayShare = 0.5, Floor = 0.2 }).ToOptions().Schedule;
        Assert.Equal(1, schedule.Factor(49), 9);
        Assert.Equal(0.6, schedule.Factor(75), 9);
        Assert.Equal(0.2, schedule.Factor(100), 9);
    }

    /// <summary>What a network starts from is the recipe's to say where it says so, and the slots' otherwise.</summary>
    [Fact]
    public void InitialOf_SilentStart_SilencesTheLastLayersAlone()
    {
        var config = LanguageNetworkShape.ToConfig(new LanguageNetworkSettings { Tied = false, Convolution = 4 }, 65);
        var settings = s_plain with { SilentStart = true, TokenDeviation = 0.5 };
        var silent = config.Slots().Where(slot => settings.InitialOf(slot) is Initial.Constant { Value: 0 } && slot.Initial is Initial.Normal).Select(slot => slot.Name).ToList();

        Assert.Equal(9, silent.Count);
        Assert.All(silent, name => Assert.Matches("(output|down|projection)\\.weight$", name));
        Assert.Equal(new Initial.Normal(0.5), settings.InitialOf(config.Slots().First(slot => slot.Name == "embedder.tokens")));
        Assert.All(config.Slots(), slot => Assert.Equal(slot.Initial, s_plain.InitialOf(slot)));
    }
}
