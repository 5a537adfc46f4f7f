using Pangu.Core;
using Pangu.Models;
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
        Assert.Equal(new NewtonSchulz { Kernels = KernelChoice.Own }, s_plain.ToOptions().Optimizer.Muon!.Orthogonalisation);
        var three = (s_plain with { MuonIterations = 3 }).ToOptions().Optimizer.Muon!.Orthogonalisation;
        Assert.Equal(3, three.Iterations);
        Assert.Equal(8.287, three.First[0].A, 3);
    }

    [Fact]
    public void ToOptions_MuonMomentum_IsTheRecipesAndMuonsOwnWhereItSaysNothing()
    {
        Assert.Equal(new MuonOptions(0.02).Momentum, s_plain.ToOptions().Optimizer.Muon!.Momentum);
        Assert.Equal(0.85, (s_plain with { MuonMomentum = 0.85, MuonIterations = 3 }).ToOptions().Optimizer.Muon!.Momentum);
    }

    [Fact]
    public void TokensSeen_ShortWindowsAtFirst_CountsEachStepsOwn()
    {
        var settings = s_plain with { Batch = 2, MicroBatches = 3, ShortWindows = new ShortWindowSettings { Length = 8, Steps = 70 } };
        Assert.Equal(6 * ((70 * 8) + (30 * 32)), settings.TokensSeen(32));
        Assert.Equal(6 * 100 * 8, settings.TokensOfFirstSteps(32));
        Assert.Equal(6 * 100 * 32, (settings with { ShortWindows = null }).TokensOfFirstSteps(32));
    }

    [Fact]
    public void ToConfig_Window_IsHowFarBackEveryTokenLooks()
    {
        var body = (Backbone)LanguageNetworkShape.ToConfig(new LanguageNetworkSettings { Width = 32, Context = 64, Window = 16 }, 65).Body;
        Assert.All(body.Stages[0].Cycle, block => Assert.Equal(new CausalScope { Window = 16 }, ((Attention)block.Branches[0].Part).Scope));
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
