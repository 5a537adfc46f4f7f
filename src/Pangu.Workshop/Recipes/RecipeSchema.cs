using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Pangu.Workshop.Recipes;

/// <summary>Writes the JSON Schema of a family's recipes, so that editors complete them; made from the same records that recipes are bound to.</summary>
public static class RecipeSchema
{
    /// <summary>The schema of a family's recipes.</summary>
    /// <param name="family">The family.</param>
    /// <returns>JSON Schema, draft 2020-12, LF line ends.</returns>
    public static string Write(IRecipeFamily family)
    {
        var definitions = new JsonObject();
        Describe(family.RecipeType, definitions);
        var recipe = definitions[family.RecipeType.Name]!.DeepClone().AsObject();
        definitions.Remove(family.RecipeType.Name);
        recipe["properties"]!.AsObject().Insert(0, "extends", new JsonObject { ["type"] = "string", ["description"] = "Another recipe (file or folder, relative to this one) whose settings this one changes." });
        recipe.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        recipe.Insert(1, "title", $"Pangu recipe of the {family.Name} family, version 1");
        recipe.Remove("required"); // A recipe that extends another may leave out what the other says.
        recipe["$defs"] = definitions;
        return recipe.ToJsonString(new JsonSerializerOptions { WriteIndented = true, NewLine = "\n" }) + "\n";
    }

    private static JsonObject Describe(Type type, JsonObject definitions)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
        {
            return new JsonObject { ["type"] = "string" };
        }

        if (type == typeof(bool))
        {
            return new JsonObject { ["type"] = "boolean" };
        }

        if (type.IsEnum)
        {
            return new JsonObject { ["enum"] = new JsonArray([.. type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (JsonNode)RecipeBinder.EnumName(field))]) };
        }

        if (type.IsPrimitive)
        {
            return new JsonObject { ["type"] = type == typeof(double) ? "number" : "integer" };
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return new JsonObject { ["type"] = "array", ["items"] = Describe(type.GetGenericArguments()[0], definitions) };
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            return new JsonObject { ["type"] = "object", ["additionalProperties"] = Describe(type.GetGenericArguments()[1], definitions) };
        }

        if (!definitions.ContainsKey(type.Name))
        {
            definitions[type.Name] = new JsonObject(); // Reserved first: records may refer to themselves.
            definitions[type.Name] = DescribeRecord(type, definitions);
        }

        return new JsonObject { ["$ref"] = $"#/$defs/{type.Name}" };
    }

    private static JsonObject DescribeRecord(Type type, JsonObject definitions)
    {
        var cases = type.GetCustomAttributes<JsonDerivedTypeAttribute>().ToArray();
        if (cases.Length > 0)
        {
            return new JsonObject
            {
                ["oneOf"] = new JsonArray([.. cases.Select(choice =>
                {
                    var record = DescribeRecord(choice.DerivedType, definitions);
                    record["properties"]!.AsObject().Insert(0, "kind", new JsonObject { ["const"] = (string)choice.TypeDiscriminator! });
                    return (JsonNode)record;
                })]),
            };
        }

        var properties = RecipeBinder.Properties(type);
        var required = properties.Where(property => property.GetCustomAttribute<RequiredMemberAttribute>() is not null).Select(property => (JsonNode)RecipeBinder.Key(property)).ToArray();
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(properties.Select(property => new KeyValuePair<string, JsonNode?>(RecipeBinder.Key(property), Describe(property.PropertyType, definitions)))),
            ["additionalProperties"] = false,
        };
        if (required.Length > 0)
        {
            schema["required"] = new JsonArray(required);
        }

        return schema;
    }
}
