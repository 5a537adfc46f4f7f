namespace Pangu.Core;

/// <summary>Reads the inputs of a language case: pads are left out, positions checked.</summary>
internal static class LanguageCaseInputs
{
    public static (IReadOnlyList<LanguageRow> Rows, int Positions) Read(TokenEmbedder embedder, IReadOnlyDictionary<string, TensorData> inputs)
    {
        if (!inputs.TryGetValue("input_ids", out var tensor))
        {
            throw PanguException.Usage("verify-input", $"The case holds no input input_ids; it holds {(inputs.Count == 0 ? "none" : string.Join(", ", inputs.Keys.Order(StringComparer.Ordinal)))}.");
        }

        if (tensor.Shape is not [> 0, > 0])
        {
            throw PanguException.Usage("verify-input", $"Input input_ids has shape [{string.Join(", ", tensor.Shape)}]; expected [rows, positions].");
        }

        var positions = checked((int)tensor.Shape[1]);
        var ids = Whole(tensor);
        var mask = Optional(inputs, "attention_mask", tensor.Shape);
        var places = Optional(inputs, "position_ids", tensor.Shape);
        var rows = Enumerable.Range(0, checked((int)tensor.Shape[0])).Select(row =>
        {
            var range = new Range(row * positions, (row + 1) * positions);
            return Row(row, ids[range], mask?[range], places?[range], embedder);
        });
        return (rows.ToList(), positions);
    }

    private static LanguageRow Row(int row, int[] ids, int[]? mask, int[]? places, TokenEmbedder embedder)
    {
        mask ??= [.. Enumerable.Repeat(1, ids.Length)];
        var start = Array.FindIndex(mask, value => value != 0);
        var end = Array.FindLastIndex(mask, value => value != 0) + 1;
        if (start < 0 || mask.AsSpan(start, end - start).Contains(0))
        {
            throw PanguException.Usage("verify-input", $"Row {row} of attention_mask is {(start < 0 ? "0 everywhere" : "0 between real tokens")}; pads may stand before and after the tokens of a row, which needs one token at least.");
        }

        for (var index = start; index < end; index++)
        {
            if (places is not null && places[index] != index - start)
            {
                throw PanguException.Usage("verify-input", $"position_ids[{row}, {index}] is {places[index]}, expected {index - start}: positions must count the real tokens of a row from 0, others are not implemented.");
            }

            if (ids[index] < 0 || ids[index] >= embedder.Vocabulary)
            {
                throw PanguException.Usage("verify-input", $"input_ids[{row}, {index}] is {ids[index]}; the vocabulary has 0 to {embedder.Vocabulary - 1}.");
            }
        }

        if (embedder.Positions > 0 && end - start > embedder.Positions)
        {
            throw PanguException.Usage("verify-input", $"Row {row} of input_ids has {end - start} tokens; the model's table of positions has {embedder.Positions} rows.");
        }

        return new LanguageRow(ids[start..end], start);
    }

    private static int[]? Optional(IReadOnlyDictionary<string, TensorData> inputs, string name, IReadOnlyList<long> shape)
    {
        if (!inputs.TryGetValue(name, out var tensor))
        {
            return null;
        }

        return tensor.Shape.SequenceEqual(shape)
            ? Whole(tensor)
            : throw PanguException.Usage("verify-input", $"Input {name} has shape [{string.Join(", ", tensor.Shape)}]; expected [{string.Join(", ", shape)}] as input_ids.");
    }

    // Ids and positions are far below 2^24, so single precision holds them exactly.
    private static int[] Whole(TensorData tensor) => Array.ConvertAll(tensor.ToSingles(), value => (int)value);
}
