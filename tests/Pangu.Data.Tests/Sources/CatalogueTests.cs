using Pangu.Core;
using Pangu.Data.Sources;

namespace Pangu.Data.Tests.Sources;

public sealed class CatalogueTests
{
    private static readonly string Folder = Path.Combine(Outside.RepositoryRoot, "datasets");

    [Fact]
    public void Get_EveryEntry_IsRead()
    {
        var catalogue = new Catalogue(Folder);
        Assert.Contains("ett", catalogue.Ids());
        Assert.All(catalogue.Ids(), id => Assert.Equal(id, catalogue.Get(id).Id));
    }

    [Fact]
    public void Get_Ett_HoldsFilesColumnsSplitsAndPublishedFigures()
    {
        var ett = new Catalogue(Folder).Get("ett");
        Assert.Equal(["ETTh1.csv", "ETTh2.csv"], ett.Files.Select(file => file.Path));
        Assert.Equal(7, ett.Columns.Count);
        Assert.Equal(new DatasetSplits(8640, 2880, 2880), ett.Splits);
        var nlinear = Assert.Single(ett.Published, result => result.Model == "NLinear");
        Assert.Equal(.374, nlinear.Metrics["etth1-96/test/mse"]);
        Assert.Equal(.436, nlinear.Metrics["etth2-720/test/mae"]);
    }

    [Fact]
    public void Get_UnknownId_ListsThoseThereAre() =>
        Assert.Contains("ett", Assert.Throws<PanguException>(() => new Catalogue(Folder).Get("nothing")).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_ManyProblems_AreAllListedWithLines()
    {
        const string Text = """
            version: 1
            title: A
            kind: sound
            licence: none
            description: b
            colour: red
            files:
              - path: ../a.csv
                bytes: -3
                sha256: 12
                sources: [ "ftp://x", "https://x/a.csv" ]
            splits: { train: 1, validation: 2 }
            """;
        var exception = Assert.Throws<PanguException>(() => DatasetReader.Read(Text, "a.yaml"));
        Assert.Equal([3, 6, 8, 9, 10, 11, 12], exception.Problems.Select(problem => problem.Line!.Value).Order());
        Assert.All(exception.Problems, problem => Assert.Equal("a.yaml", problem.Path));
    }

    [Fact]
    public void Read_NewerVersion_IsRefusedByName() =>
        Assert.Contains("version 2", Assert.Throws<PanguException>(() => DatasetReader.Read("version: 2\ntitle: a\n", "a.yaml")).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_BrokenYaml_NamesTheLine() =>
        Assert.Contains("a.yaml, line 3", Assert.Throws<PanguException>(() => DatasetReader.Read("title: a\nkind: b\nfiles: ]\n", "a.yaml")).Message, StringComparison.Ordinal);
}
