using Pangu.Core;
using Pangu.Data.Generated.Simulated;

namespace Pangu.Data.Sources;

/// <summary>Makes the files of simulated data sets and keeps them: in a folder named after their settings and beside their hashes, so that a damaged one, or one of other settings, is never used.</summary>
/// <param name="cacheFolder">Folder of the local copies.</param>
internal sealed class SimulatedFiles(string cacheFolder)
{
    /// <summary>Makes files, or finds those made before.</summary>
    /// <param name="id">Id of the data set.</param>
    /// <param name="source">Generator, seed and settings.</param>
    /// <param name="files">Files wanted.</param>
    /// <param name="progress">Takes each file made; null for silence.</param>
    /// <returns>The files, in the order asked for.</returns>
    public List<PulledFile> Make(string id, SimulatedSource source, IReadOnlyList<DatasetFile> files, IProgress<WorkProgress>? progress)
    {
        var generator = SimulatedGenerators.Create(id, source);
        var folder = Path.GetFullPath(Path.Combine(cacheFolder, id, generator.Fingerprint));
        var pulled = new List<PulledFile>();
        foreach (var file in files)
        {
            var (target, hashFile) = (Path.Combine(folder, file.Path), Path.Combine(folder, file.Path + ".sha256"));
            if (!IsWhole(target, hashFile))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                DurableFile.Write(target, stream => generator.Write(file.Path, stream));
                DurableFile.WriteText(hashFile, DataStore.HashOf(target) + "\n");
                progress?.Report(new WorkProgress($"simulate {id}/{file.Path}", 1, 1, "files"));
            }

            pulled.Add(new PulledFile(file.Path, target, new FileInfo(target).Length, DataStore.HashOf(target), DataOrigin.Simulated));
        }

        return pulled;
    }

    private static bool IsWhole(string target, string hashFile) => File.Exists(target) && File.Exists(hashFile) && DataStore.HashOf(target) == File.ReadAllText(hashFile).Trim();
}
