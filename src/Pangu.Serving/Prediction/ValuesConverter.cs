using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pangu.Serving.Prediction;

/// <summary>Numbers of a series in JSON; <c>null</c> stands for a missing value (NaN).</summary>
internal sealed class ValuesConverter : JsonConverter<float[]>
{
    public override float[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("expected an array of numbers and nulls.");
        }

        var values = new List<float>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.Null:
                    values.Add(float.NaN);
                    break;
                case JsonTokenType.Number when reader.TryGetSingle(out var value) && float.IsFinite(value):
                    values.Add(value);
                    break;
                default:
                    throw new JsonException($"value {values.Count} is no finite number; expected numbers, and null where one is missing.");
            }
        }

        return [.. values];
    }

    public override void Write(Utf8JsonWriter writer, float[] value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var number in value)
        {
            if (float.IsFinite(number))
            {
                writer.WriteNumberValue(number);
            }
            else
            {
                writer.WriteNullValue();
            }
        }

        writer.WriteEndArray();
    }
}
