using System.Globalization;

namespace Pangu.PlanAccuracy;

/// <summary>Processor time of the whole machine since it started, in ticks.</summary>
/// <remarks>First line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal, ... (proc_stat(5)); guest times are within user and nice.</remarks>
/// <param name="All">All of it.</param>
/// <param name="Idle">Nobody had work.</param>
/// <param name="Stolen">Other guests of the same machine ran.</param>
internal sealed record ProcessorTime(double All, double Idle, double Stolen)
{
    private const int Counted = 8;
    private const int IdleColumn = 3;
    private const int WaitColumn = 4;
    private const int StealColumn = 7;

    /// <summary>Share that was stolen.</summary>
    public double Steal => Stolen / All;

    /// <summary>Share in which somebody had work.</summary>
    public double Busy => 1 - (Idle / All);

    /// <summary>Reads the counters.</summary>
    public static ProcessorTime Read()
    {
        double[] ticks = [.. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..(Counted + 1)].Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
        return new ProcessorTime(ticks.Sum(), ticks[IdleColumn] + ticks[WaitColumn], ticks[StealColumn]);
    }

    /// <summary>Time since an earlier reading.</summary>
    /// <param name="earlier">The reading.</param>
    public ProcessorTime Since(ProcessorTime earlier) => new(All - earlier.All, Idle - earlier.Idle, Stolen - earlier.Stolen);
}
