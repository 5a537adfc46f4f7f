using Microsoft.Extensions.Time.Testing;
using Pangu.Cli.Terminal;
using Pangu.Core;

namespace Pangu.Cli.Tests.Terminal;

public sealed class ProgressViewTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly StringWriter _errors = new() { NewLine = "\n" };

    [Fact]
    public void Report_InAPipe_WritesAPlainLineNowAndThen()
    {
        using (var view = new ProgressView(_errors, live: false, _time))
        {
            for (var step = 0; step <= 100; step++)
            {
                view.Report(new WorkProgress("train", step, 100, "steps", Loss: 0.5));
                _time.Advance(TimeSpan.FromMilliseconds(100));
            }
        }

        var lines = _errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["train: 0/100 steps, loss 0.5", "train: 50/100 steps, 10/s, 0:05 left, loss 0.5", "train: 100/100 steps, 10/s, loss 0.5"], lines);
    }

    [Fact]
    public void Report_OnATerminal_RewritesOneLineAndEndsIt()
    {
        using (var view = new ProgressView(_errors, live: true, _time))
        {
            view.Report(new WorkProgress("pull", 1, 2, "files"));
            _time.Advance(TimeSpan.FromSeconds(1));
            view.Report(new WorkProgress("pull", 2, 2, "files"));
        }

        Assert.Equal("\r\u001b[2Kpull: 1/2 files\r\u001b[2Kpull: 2/2 files, 1/s\n", _errors.ToString());
    }

    [Fact]
    public void Report_OfANote_ShowsItAtOnce()
    {
        using var view = new ProgressView(_errors, live: false, _time);
        view.Report(new WorkProgress("stage", 0, 0, "steps", Note: "reused"));
        Assert.Equal("stage: reused\n", _errors.ToString());
    }

    [Theory]
    [InlineData(7200, "2:00:00 left")]
    [InlineData(59, "0:59 left")]
    public void Describe_OfWorkInProgress_SaysTheTimeLeft(int secondsLeft, string expected) =>
        Assert.Contains(expected, ProgressView.Describe(new WorkProgress("x", 10, 10 + (10 * secondsLeft), "steps"), TimeSpan.FromSeconds(1), 10), StringComparison.Ordinal);
}
