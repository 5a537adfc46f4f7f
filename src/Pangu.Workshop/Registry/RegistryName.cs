using Pangu.Core;

namespace Pangu.Workshop.Registry;

/// <summary>What may be a registry name: words of lower-case letters, digits, <c>-</c>, <c>_</c> and <c>.</c>, joined by <c>/</c>.</summary>
internal static class RegistryName
{
    private const int MostCharacters = 120;

    public static void Require(string name)
    {
        if (name.Length is 0 or > MostCharacters || !name.Split('/').All(IsWord))
        {
            throw PanguException.Usage("model-name", $"'{name}' cannot be a model's name; expected words of a-z, 0-9, '-', '_' and '.' joined by '/', at most {MostCharacters} characters, for example power-transformer/forecast.");
        }
    }

    private static bool IsWord(string word) =>
        word.Length > 0 && char.IsAsciiLetterOrDigit(word[0]) && word.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character is '-' or '_' or '.');
}
