using System.Text.Json;

namespace Pangu.Core;

/// <summary>The words of the system as people read them: the same spelling in messages as in JSON.</summary>
public static class Words
{
    /// <summary>A tier, family or capability in kebab case, for example <c>detect-anomaly</c>.</summary>
    /// <typeparam name="T">The enumeration.</typeparam>
    /// <param name="word">Its value.</param>
    /// <returns>The word.</returns>
    public static string Of<T>(T word)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(word.ToString());
}
