using System.Net;
using System.Security.Cryptography;
using System.Text;
using Pangu.Core;
using Pangu.Data.Sources;

namespace Pangu.Data.Tests.Sources;

public sealed class DataStoreTests : IDisposable
{
    private static readonly byte[] Content = Encoding.UTF8.GetBytes("time,a\n2024-01-01,1\n");

    private readonly TemporaryFolder _folder = new();

    private string Cached => _folder.File("cache/toy/a.csv");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Pull_Mirror_IsCopiedAndThenCached()
    {
        Write("mirror/toy/a.csv", Content);
        var store = Store(mirrors: ["mirror"]);
        Assert.Equal(DataOrigin.Mirror, Pull(store).Origin);
        Assert.Equal(Content, File.ReadAllBytes(Cached));
        Assert.Equal(DataOrigin.Cache, Pull(store).Origin);
    }

    [Fact]
    public void Pull_MirrorWithoutFolderOfTheSet_IsFoundToo()
    {
        Write("second/a.csv", Content);
        Assert.Equal(DataOrigin.Mirror, Pull(Store(mirrors: ["first", "second"])).Origin);
    }

    [Fact]
    public void Pull_DamagedMirror_FallsBackToTheSource()
    {
        Write("mirror/toy/a.csv", [.. Content[..^1], (byte)'!']);
        var file = Pull(Store(mirrors: ["mirror"], Answer(HttpStatusCode.OK, Content)));
        Assert.Equal(DataOrigin.Source, file.Origin);
        Assert.Equal(Content, File.ReadAllBytes(file.Path));
    }

    [Fact]
    public void Pull_DamagedCache_IsReplaced()
    {
        Write("cache/toy/a.csv", [1, 2, 3]);
        Write("mirror/toy/a.csv", Content);
        Assert.Equal(DataOrigin.Mirror, Pull(Store(mirrors: ["mirror"])).Origin);
        Assert.Equal(Content, File.ReadAllBytes(Cached));
    }

    [Fact]
    public void Pull_Nowhere_NamesEverythingTried()
    {
        Write("mirror/toy/a.csv", [.. Content, 1]);
        var exception = Assert.Throws<PanguException>(() => Pull(Store(mirrors: ["mirror", "other"], Answer(HttpStatusCode.NotFound, []))));
        Assert.Equal(ErrorKind.Missing, exception.Kind);
        Assert.Equal(6, exception.Problems.Count);
        Assert.Contains("longer than", exception.Message, StringComparison.Ordinal);
        Assert.Contains("404", exception.Message, StringComparison.Ordinal);
        Assert.Contains("https://example.org/a.csv", exception.Message, StringComparison.Ordinal);
        Assert.Contains("PANGU_DATA_MIRROR", exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Cached));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(Cached)!));
    }

    [Fact]
    public void Pull_SourceOfOtherBytes_IsRefused() =>
        Assert.Contains("SHA-256", Assert.Throws<PanguException>(() => Pull(Store([], Answer(HttpStatusCode.OK, [.. Content[..^1], 9])))).Message, StringComparison.Ordinal);

    [Fact]
    public void Pull_NoNetwork_SaysSo() =>
        Assert.Contains("Name or service not known", Assert.Throws<PanguException>(() => Pull(Store([], new Network(_ => throw new HttpRequestException("Name or service not known"))))).Message, StringComparison.Ordinal);

    [Fact]
    public void Pull_Offline_LeavesSourcesAlone()
    {
        var store = new DataStore(new DataStoreSettings { CacheFolder = _folder.File("cache"), Offline = true, Network = new Network(_ => throw new InvalidOperationException("asked")) });
        Assert.Contains("--offline", Assert.Throws<PanguException>(() => Pull(store)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pull_UnknownFile_ListsThoseThereAre() =>
        Assert.Contains("a.csv", Assert.Throws<PanguException>(() => Store([]).Pull(Toy(), ["b.csv"], cancellationToken: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);

    [Fact]
    public void Pull_EttFromTheMirror_HasTheBytesOfTheCatalogue()
    {
        var mirror = Path.GetDirectoryName(Outside.Data("ett"))!;
        var store = new DataStore(new DataStoreSettings { CacheFolder = _folder.File("cache"), Mirrors = [mirror], Offline = true });
        var files = store.Pull(new Catalogue(Path.Combine(Outside.RepositoryRoot, "datasets")).Get("ett"), cancellationToken: TestContext.Current.CancellationToken);
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(Path.Combine(mirror, "ett", file.Name)), File.ReadAllBytes(file.Path)));
        Assert.Equal(2, files.Count);
    }

    [Fact]
    public void Pull_Simulated_IsMadeOnceAndRemadeWhenDamaged()
    {
        var dataset = new Catalogue(Path.Combine(Outside.RepositoryRoot, "datasets")).Get("simulated-transformer");
        var first = Store([]).Pull(dataset, ["simh1.csv"], cancellationToken: TestContext.Current.CancellationToken)[0];
        Assert.Equal(DataOrigin.Simulated, first.Origin);
        File.AppendAllText(first.Path, "x");
        var second = Store([]).Pull(dataset, ["simh1.csv"], cancellationToken: TestContext.Current.CancellationToken)[0];
        Assert.Equal(first, second);
    }

    [Fact]
    public void For_Environment_GivesMirrorsInOrder()
    {
        Directory.CreateDirectory(_folder.File("shared/data"));
        Directory.CreateDirectory(_folder.File("checkout"));
        var settings = DataStoreSettings.For("home", $"one{Path.PathSeparator}two", _folder.File("checkout"), offline: false);
        Assert.Equal(["one", "two", _folder.File("shared/data")], settings.Mirrors);
        Assert.Equal(Path.Combine("home", "cache", "data"), settings.CacheFolder);
    }

    private static Dataset Toy() => new()
    {
        Id = "toy",
        Title = "Toy",
        Kind = DatasetKind.Series,
        Licence = "none",
        Description = "toy",
        Files = [new DatasetFile("a.csv", Content.Length, Convert.ToHexStringLower(SHA256.HashData(Content)), [new Uri("https://example.org/a.csv")])],
    };

    private static PulledFile Pull(DataStore store) => store.Pull(Toy(), cancellationToken: TestContext.Current.CancellationToken)[0];

    private static Network Answer(HttpStatusCode status, byte[] content) => new(_ => new HttpResponseMessage(status) { Content = new ByteArrayContent(content) });

    private DataStore Store(IReadOnlyList<string> mirrors, HttpMessageHandler? network = null) => new(new DataStoreSettings
    {
        CacheFolder = _folder.File("cache"),
        Mirrors = [.. mirrors.Select(_folder.File)],
        Network = network ?? Answer(HttpStatusCode.NotFound, []),
    });

    private void Write(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(name))!);
        File.WriteAllBytes(_folder.File(name), content);
    }

    private sealed class Network(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => answer(request);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer(request));
    }
}
