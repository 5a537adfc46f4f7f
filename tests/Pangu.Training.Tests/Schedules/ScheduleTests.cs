using System.Runtime.InteropServices;
using Pangu.Formats;

namespace Pangu.Training.Tests;

public sealed class ScheduleTests
{
    private static readonly WarmUp _sixFromZero = new(6, WarmUpConvention.FromZero);

    public static TheoryData<string> GoldenNames => new(Golden().Keys);

    [Theory]
    [MemberData(nameof(GoldenNames))]
    public void Factor_GoldenSchedules_AgreesAtEveryStep(string name)
    {
        using var golden = SafetensorsFile.Open(Path.Combine(Outside.Golden("training/schedules"), "expected.safetensors"));
        var expected = MemoryMarshal.Cast<byte, double>(golden[name].Bytes.Span);
        var schedule = Golden()[name];
        Assert.Empty(schedule.Validate());
        for (var step = 0; step < expected.Length; step++)
        {
            Assert.Equal(expected[step], schedule.Factor(step), 1e-12);
        }
    }

    [Fact]
    public void Golden_EveryScheduleOfTheFile_IsCovered()
    {
        using var golden = SafetensorsFile.Open(Path.Combine(Outside.Golden("training/schedules"), "expected.safetensors"));
        Assert.Equal(golden.Names.Order(StringComparer.Ordinal), Golden().Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("adamw", 3e-3)]
    [InlineData("muon", 2e-2)]
    [InlineData("wsd", 3e-3)]
    public void Factor_GoldenRunsWithTheOtherConvention_AgreesAtEveryStep(string run, double peak)
    {
        Schedule schedule = run == "wsd"
            ? new WarmUpStableDecaySchedule(8, 8, Convention: DecayConvention.AtLastStep) { WarmUp = new WarmUp(4) }
            : new CosineSchedule(20, Floor: 0.1) { WarmUp = new WarmUp(5) };
        using var golden = SafetensorsFile.Open(Path.Combine(Outside.Golden($"training/{run}"), "expected.safetensors"));
        var expected = MemoryMarshal.Cast<byte, double>(golden["learning_rate"].Bytes.Span);
        for (var step = 0; step < expected.Length; step++)
        {
            Assert.Equal(expected[step], peak * schedule.Factor(step), 1e-12);
        }
    }

    [Fact]
    public void Factor_BothWarmUpConventions_DifferByOneStep()
    {
        Schedule fromZero = new ConstantSchedule { WarmUp = new WarmUp(5, WarmUpConvention.FromZero) };
        Schedule toPeak = new ConstantSchedule { WarmUp = new WarmUp(5) };
        Assert.Equal(0, fromZero.Factor(0));
        Assert.Equal(1, toPeak.Factor(4));
        for (var step = 0; step < 8; step++)
        {
            Assert.Equal(fromZero.Factor(step + 1), toPeak.Factor(step));
        }
    }

    [Fact]
    public void Validate_SeveralProblems_ListsThemAll()
    {
        var problems = new CosineSchedule(10, Floor: 2) { WarmUp = new WarmUp(20, From: -1) }.Validate();
        Assert.Equal(3, problems.Count);
        Assert.Contains(problems, problem => problem.Contains("totalSteps is 10", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("warmUp.from is -1", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("floor is 2", StringComparison.Ordinal));
    }

    private static Dictionary<string, Schedule> Golden() => new(StringComparer.Ordinal)
    {
        ["constant_with_warmup"] = new ConstantSchedule { WarmUp = _sixFromZero },
        ["linear"] = new LinearSchedule(40) { WarmUp = _sixFromZero },
        ["cosine"] = new CosineSchedule(40) { WarmUp = _sixFromZero },
        ["cosine_min_lr"] = new CosineSchedule(40, Floor: 0.1) { WarmUp = _sixFromZero },
        ["cosine_restarts"] = new CosineRestartsSchedule(40, Cycles: 2) { WarmUp = _sixFromZero },
        ["polynomial"] = new PolynomialSchedule(40, Power: 2, End: 0.001) { WarmUp = _sixFromZero },
        ["inverse_sqrt"] = new InverseSquareRootSchedule(6) { WarmUp = _sixFromZero },
        ["wsd_1-sqrt"] = new WarmUpStableDecaySchedule(20, 12) { WarmUp = _sixFromZero },
        ["wsd_linear"] = new WarmUpStableDecaySchedule(20, 12, DecayShape.Linear) { WarmUp = _sixFromZero },
        ["wsd_cosine"] = new WarmUpStableDecaySchedule(20, 12, DecayShape.Cosine, Floor: 0.1) { WarmUp = _sixFromZero with { From = 0.1 } },
        ["one_cycle"] = new OneCycleSchedule(40),
    };
}
