namespace Pangu.Core;

/// <summary>How far a long piece of work has come; libraries report it, only the terminal shows it.</summary>
/// <param name="Work">What is being done, for example <c>train foundation</c>.</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units in all; 0 when unknown.</param>
/// <param name="Unit">Name of the unit, for example <c>steps</c>.</param>
/// <param name="Loss">Latest training loss; null outside training.</param>
/// <param name="Note">One short sentence worth showing, for example that a stage is reused; null for none.</param>
public sealed record WorkProgress(string Work, long Done, long Total, string Unit, double? Loss = null, string? Note = null);
