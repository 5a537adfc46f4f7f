namespace Pangu.Core.Tests.Words;

public sealed class CardTests
{
    [Fact]
    public void Read_OfACardWithEverythingThatMayBeAbsent_GivesItBack()
    {
        var card = new Card
        {
            Name = "pump/forecast",
            Tier = Tier.Scenario,
            Family = Family.Prediction,
            Capability = Capability.Forecast,
            Licence = "MIT",
            Gate = new GateResult(true, [new GateCheck("at-least", true, 1, 0.5, null, "one bar"), new GateCheck("at-most", true, 1, null, 2, "another")]),
        };

        var read = CardJson.Read(CardJson.Write(card), "test");

        Assert.Equal(card.Gate.Checks, read.Gate!.Checks);
        Assert.Equal((card.Name, card.Tier, card.Capability, card.Parent, card.Measured), (read.Name, read.Tier, read.Capability, read.Parent, read.Measured));
    }
}
