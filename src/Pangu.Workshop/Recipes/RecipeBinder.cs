using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Pangu.Core;

namespace Pangu.Workshop.Recipes;

/// <summary>Binds recipe nodes to settings records and collects every problem with its line: unknown keys, missing keys, wrong types, unknown choices.</summary>
/// <remarks>Property names become camelCase keys. Closed hierarchies are told apart by <c>kind</c>, from their <see cref="JsonDerivedTypeAttribute"/>.</remarks>
/// <param name="folder">Folder of the recipe, to which bound paths are relative.</param>
internal sealed class RecipeBinder(string folder)
{
    private readonly List<Problem> _problems = [];
    private readonly HashSet<RecipeNode> _unbound = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<object, RecipeNode> _origins = new(ReferenceEqualityComparer.Instance);

    /// <summary>Every problem so far.</summary>
    public IReadOnlyList<Problem> Problems => _problems;

    /// <summary>Where a bound record stood; null for one that no node made.</summary>
    public RecipeNode? OriginOf(object settings) => _origins.GetValueOrDefault(settings);

    /// <summary>Adds a problem at the place of a key of a record (or of the record itself); where that could not be bound, its problem is told already.</summary>
    public void Add(object settings, string? key, string message)
    {
        var node = OriginOf(settings);
        var place = key is not null && node is RecipeMap map ? map.Find(key) ?? node : node;
        if (place is null || !_unbound.Contains(place))
        {
            _problems.Add(new Problem(place?.File, place?.Line, message));
        }
    }

    /// <summary>Binds a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="type">Type of the value.</param>
    /// <param name="path">Dotted path for messages.</param>
    /// <returns>The value, with defaults where a problem was found; null where it would have holes.</returns>
    public object? Bind(RecipeNode node, Type type, string path)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string) || type.IsPrimitive || type.IsEnum)
        {
            return BindScalar(node, type, path);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return BindList(node, type.GetGenericArguments()[0], path);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            return BindDictionary(node, type.GetGenericArguments()[1], path);
        }

        return BindRecord(node, type, path);
    }

    private object? BindRecord(RecipeNode node, Type type, string path)
    {
        if (node is not RecipeMap map)
        {
            return Fail(node, $"{path} is {RecipeReader.Describe(node)}; expected a mapping with {string.Join(", ", Keys(type))}");
        }

        var cases = type.GetCustomAttributes<JsonDerivedTypeAttribute>().ToArray();
        if (cases.Length > 0)
        {
            var choices = string.Join(", ", cases.Select(choice => choice.TypeDiscriminator));
            if (map.Find("kind") is not RecipeScalar { Text: { } kind })
            {
                return Fail(node, $"{path}.kind is missing; expected one of {choices}");
            }

            var match = cases.FirstOrDefault(choice => (string?)choice.TypeDiscriminator == kind);
            if (match is null)
            {
                return Fail(map.Find("kind")!, $"{path}.kind is \"{kind}\"; expected one of {choices}");
            }

            map = map with { Entries = [.. map.Entries.Where(entry => entry.Key != "kind")] };
            type = match.DerivedType;
        }

        var properties = Properties(type);
        foreach (var (key, value) in map.Entries.Where(entry => properties.All(property => Key(property) != entry.Key)))
        {
            var nearest = properties.Select(Key).MinBy(known => Distance(known, key));
            var hint = nearest is not null && Distance(nearest, key) <= Math.Clamp(key.Length / 2, 1, 3) ? $"; did you mean \"{nearest}\"?" : $"; it takes {string.Join(", ", Keys(type))}";
            Fail(value, $"{path} has no setting \"{key}\"{hint}");
        }

        var instance = Create(type);
        var whole = true;
        foreach (var property in properties)
        {
            var value = map.Find(Key(property));
            if (value is null || (value is RecipeScalar { Text: null } && IsOptional(property)))
            {
                if (!IsOptional(property))
                {
                    Fail(node, $"{path}.{Key(property)} is missing; expected {Expected(property.PropertyType)}");
                    whole &= property.PropertyType.IsValueType;
                }

                continue;
            }

            if (Bind(value, property.PropertyType, $"{path}.{Key(property)}") is { } bound)
            {
                property.SetValue(instance, bound is string text && property.IsDefined(typeof(RecipePathAttribute)) ? FromRecipe(text, value) : bound);
            }
            else
            {
                whole &= IsOptional(property) || property.PropertyType.IsValueType;
            }
        }

        _origins[instance] = node;
        return whole ? instance : null;
    }

    /// <summary>A path relative to the recipe, of one that is relative to the file that states it. What <c>--set</c> states is relative to the recipe.</summary>
    private string FromRecipe(string path, RecipeNode stated)
    {
        var from = File.Exists(stated.File) ? Path.GetDirectoryName(Path.GetFullPath(stated.File))! : folder;
        return from == folder || Path.IsPathRooted(path) ? path : Path.GetRelativePath(folder, Path.Combine(from, path)).Replace('\\', '/');
    }

    private object? BindList(RecipeNode node, Type itemType, string path)
    {
        if (node is not RecipeList list)
        {
            return Fail(node, $"{path} is {RecipeReader.Describe(node)}; expected a list of {Expected(itemType)}");
        }

        var items = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(itemType))!;
        for (var index = 0; index < list.Items.Count; index++)
        {
            if (Bind(list.Items[index], itemType, $"{path}[{index}]") is { } item)
            {
                items.Add(item);
            }
        }

        return items.Count == list.Items.Count ? items : null;
    }

    private object? BindDictionary(RecipeNode node, Type valueType, string path)
    {
        if (node is not RecipeMap map)
        {
            return Fail(node, $"{path} is {RecipeReader.Describe(node)}; expected a mapping from names to {Expected(valueType)}");
        }

        var dictionary = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), valueType))!;
        foreach (var (key, value) in map.Entries)
        {
            if (Bind(value, valueType, $"{path}.{key}") is { } bound)
            {
                dictionary[key] = bound;
            }
        }

        return dictionary.Count == map.Entries.Count ? dictionary : null;
    }

    private object? BindScalar(RecipeNode node, Type type, string path)
    {
        if (node is not RecipeScalar { Text: { } text })
        {
            return Fail(node, $"{path} is {RecipeReader.Describe(node)}; expected {Expected(type)}");
        }

        if (type == typeof(string))
        {
            return text;
        }

        if (type.IsEnum)
        {
            foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
            {
                if (EnumName(field) == text)
                {
                    return field.GetValue(null);
                }
            }
        }
        else if (type == typeof(bool) ? bool.TryParse(text, out var flag) : false)
        {
            return flag;
        }
        else if (type != typeof(bool) && TryNumber(text, type, out var number))
        {
            return number;
        }

        return Fail(node, $"{path} is \"{text}\"; expected {Expected(type)}");
    }

    private static bool TryNumber(string text, Type type, out object? number)
    {
        var culture = CultureInfo.InvariantCulture;
        number = null;
        if (type == typeof(double) && double.TryParse(text, NumberStyles.Float, culture, out var real) && double.IsFinite(real))
        {
            number = real;
        }
        else if (type == typeof(ulong) && ulong.TryParse(text, NumberStyles.None, culture, out var unsigned))
        {
            number = unsigned;
        }
        else if (decimal.TryParse(text, NumberStyles.Float, culture, out var exact) && decimal.Truncate(exact) == exact)
        {
            number = type == typeof(int) && exact is >= int.MinValue and <= int.MaxValue ? (int)exact
                : type == typeof(long) && exact is >= long.MinValue and <= long.MaxValue ? (long)exact
                : null;
        }

        return number is not null;
    }

    private object? Fail(RecipeNode node, string message)
    {
        _problems.Add(new Problem(node.File, node.Line, message));
        _unbound.Add(node);
        return null;
    }

    private static object Create(Type type) => RuntimeHelpers.GetUninitializedObject(type) is var blank && type.GetConstructor(Type.EmptyTypes) is { } constructor
        ? constructor.Invoke(null)
        : blank;

    /// <summary>The settings of a record, in the order of declaration.</summary>
    internal static IReadOnlyList<PropertyInfo> Properties(Type type) =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite && property.GetCustomAttribute<JsonIgnoreAttribute>() is null).OrderBy(property => property.DeclaringType == type ? 1 : 0)];

    /// <summary>The key of a property: its name in camelCase.</summary>
    internal static string Key(PropertyInfo property) => char.ToLowerInvariant(property.Name[0]) + property.Name[1..];

    /// <summary>The text of an enumeration member in YAML.</summary>
    internal static string EnumName(FieldInfo field) =>
        field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? char.ToLowerInvariant(field.Name[0]) + field.Name[1..];

    private static bool IsOptional(PropertyInfo property) => property.GetCustomAttribute<RequiredMemberAttribute>() is null;

    private static IEnumerable<string> Keys(Type type) => Properties(type).Select(Key);

    private static string Expected(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type switch
        {
            _ when type == typeof(string) => "text",
            _ when type == typeof(bool) => "true or false",
            _ when type == typeof(double) => "a number",
            _ when type.IsEnum => $"one of {string.Join(", ", type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(EnumName))}",
            _ when type.IsPrimitive => "a whole number",
            _ when type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) => $"a list of {Expected(type.GetGenericArguments()[0])}",
            _ => "a mapping",
        };
    }

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? diagonal : diagonal + 1;
                diagonal = row[j];
                row[j] = Math.Min(cost, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
