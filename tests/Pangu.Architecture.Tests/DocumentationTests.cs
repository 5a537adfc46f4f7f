using System.Text.RegularExpressions;

namespace Pangu.Architecture.Tests;

public sealed partial class DocumentationTests
{
    [Fact]
    public void Links_OfEveryMarkdownFile_LeadSomewhere()
    {
        var broken = new List<string>();
        foreach (var file in Repository.Files(".", "*.md"))
        {
            var text = FencedCode().Replace(File.ReadAllText(file), "");
            foreach (Match link in Link().Matches(text))
            {
                var target = link.Groups["target"].Value;
                if (!target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal) && !LeadsSomewhere(file, target))
                {
                    broken.Add($"{Repository.Relative(file)}: {target}");
                }
            }
        }

        Assert.Empty(broken);
    }

    [Fact]
    public void Dependencies_OfCentralPackageList_AreEachExplained()
    {
        var list = Path.Combine(Repository.Root, "docs", "dependencies.md");
        var explained = File.ReadAllText(list);
        var packages = System.Xml.Linq.XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props")).Descendants("PackageVersion").Select(package => package.Attribute("Include")!.Value);
        Assert.All(packages, package => Assert.Contains(package, explained, StringComparison.Ordinal));
    }

    private static bool LeadsSomewhere(string file, string target)
    {
        var parts = target.Split('#', 2);
        var path = parts[0].Length == 0 ? file : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, Uri.UnescapeDataString(parts[0])));
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            return false;
        }

        return parts.Length == 1 || !path.EndsWith(".md", StringComparison.Ordinal) || Anchors(path).Contains(parts[1]);
    }

    /// <summary>Anchors of a Markdown file's headings, made as GitHub makes them: lower case, punctuation dropped, spaces to hyphens.</summary>
    private static HashSet<string> Anchors(string path) =>
        [.. FencedCode().Replace(File.ReadAllText(path), "").Split('\n').Where(line => line.StartsWith('#'))
            .Select(line => Punctuation().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'))];

    [GeneratedRegex(@"\[[^\]]*\]\((?<target>[^)\s]+)(\s+""[^""]*"")?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex FencedCode();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Punctuation();
}
