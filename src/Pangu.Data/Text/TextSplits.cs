using System.Globalization;
using Pangu.Core;

namespace Pangu.Data;

/// <summary>A piece of a text, by position.</summary>
/// <param name="Start">First position, included.</param>
/// <param name="End">Last position, excluded.</param>
public readonly record struct TextRange(int Start, int End)
{
    /// <summary>Positions in it.</summary>
    public int Count => End - Start;
}

/// <summary>The parts of a text by position: what is learned from, then what is judged on. What stands after both is not used.</summary>
/// <param name="Train">Learned from.</param>
/// <param name="Validation">Judged on.</param>
public sealed record TextSplits(TextRange Train, TextRange Validation)
{
    /// <summary>Divides a text.</summary>
    /// <param name="count">Positions of the text: characters (Unicode scalar values).</param>
    /// <param name="train">First part: whole numbers above 1 are positions, numbers up to 1 are shares of all, rounded down. 0.9 of 1,115,394 is 1,003,854, as nanoGPT divides.</param>
    /// <param name="validation">Next part, likewise; shares that make up 1 together leave nothing over.</param>
    /// <param name="where">What is divided, for messages.</param>
    /// <returns>The parts.</returns>
    /// <exception cref="PanguException">A part is empty or negative, or together they are longer than the text.</exception>
    public static TextSplits Of(int count, double train, double validation, string where)
    {
        var problems = new List<Problem>();
        var first = Part("train", train, 0);
        var second = Part("validation", validation, train <= 1 ? train : 0);
        if (problems.Count == 0 && first + (long)second > count)
        {
            problems.Add(new Problem(null, null, $"train and validation of {where} have {first} + {second} characters, but there are only {count}; make them smaller, or give shares such as 0.9 and 0.1"));
        }

        return problems.Count == 0
            ? new TextSplits(new TextRange(0, first), new TextRange(first, first + second))
            : throw new PanguException(ErrorKind.Usage, "splits", string.Join(" ", problems.Select(problem => $"{problem}.")), problems);

        int Part(string name, double part, double before)
        {
            // A share reaches to the end of the shares so far, so that shares that make up 1 use every character.
            var length = part > 1 ? (int)Math.Min(part, int.MaxValue) : End(before + part) - End(before);
            if (!(part > 0) || (part > 1 && part != Math.Floor(part)) || length < 1)
            {
                problems.Add(new Problem(null, null, string.Create(CultureInfo.InvariantCulture, $"{name} of {where} is {part}, which makes {length} of {count} characters; expected a share above 0 and up to 1, or a whole number of characters")));
            }

            return length;
        }

        // Shares such as 0.9 + 0.1 add up to a hair less or more than 1.
        int End(double share) => Math.Abs(share - 1) < 1e-9 ? count : (int)(share * count);
    }
}
