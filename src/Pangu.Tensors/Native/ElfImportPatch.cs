using System.Buffers.Binary;
using System.Text;
using Pangu.Core;

namespace Pangu.Tensors.Native;

/// <summary>
/// Lets a 64-bit little-endian ELF library load on a system whose C++ runtime is older than the one it was linked against, when all it needs of the
/// newer runtime is the initialiser that GCC 13 emits for <c>&lt;iostream&gt;</c>.
/// </summary>
/// <remarks>
/// Three edits, none of which moves a byte: the needed version is marked weak (<c>VER_FLG_WEAK</c>), the one symbol that carries it becomes unversioned
/// (<c>VER_NDX_GLOBAL</c>), and its name is overwritten by that of a harmless <c>void f(void)</c> of libc, because the older runtime initialises its
/// streams itself. Sources: System V ABI, chapter 5; Linux Standard Base, "Symbol Versioning".
/// </remarks>
internal static class ElfImportPatch
{
    private const string Initialiser = "_ZSt21ios_base_library_initv";
    private const string HarmlessFunction = "endpwent";
    private const uint SectionDynamicSymbols = 11;
    private const uint SectionNeededVersions = 0x6ffffffe;
    private const uint SectionSymbolVersions = 0x6fffffff;
    private const ushort VersionGlobal = 1;
    private const ushort FlagWeak = 2;
    private const int SymbolBytes = 24;

    /// <summary>Whether a library asks for a version of the C++ runtime by name.</summary>
    /// <param name="library">Bytes of the library.</param>
    /// <param name="version">For example <c>GLIBCXX_3.4.32</c>.</param>
    /// <returns>True when a needed version has this name.</returns>
    public static bool Needs(ReadOnlySpan<byte> library, string version) => FindNeededVersion(library, Sections.Of(library), version) is not null;

    /// <summary>Makes the patched copy.</summary>
    /// <param name="library">Bytes of the library as shipped; left as they are.</param>
    /// <param name="version">The version that the system lacks.</param>
    /// <returns>Bytes of the copy, as many as before.</returns>
    /// <exception cref="PanguException">The library is of another kind, or needs more of the newer runtime than the initialiser.</exception>
    public static byte[] Apply(ReadOnlySpan<byte> library, string version)
    {
        var sections = Sections.Of(library);
        var needed = FindNeededVersion(library, sections, version) ?? throw Refused($"it does not need {version}");
        var copy = library.ToArray();
        var index = BinaryPrimitives.ReadUInt16LittleEndian(library[(needed + 6)..]);
        BinaryPrimitives.WriteUInt16LittleEndian(copy.AsSpan(needed + 4), (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(library[(needed + 4)..]) | FlagWeak));

        var names = sections.Names;
        var patched = 0;
        for (var symbol = 0; symbol < sections.Versions.Length / 2; symbol++)
        {
            var versionAt = sections.Versions.Offset + (2 * symbol);
            if ((BinaryPrimitives.ReadUInt16LittleEndian(library[versionAt..]) & 0x7fff) != index)
            {
                continue;
            }

            var nameAt = names.Offset + (int)BinaryPrimitives.ReadUInt32LittleEndian(library[(sections.Symbols.Offset + (symbol * SymbolBytes))..]);
            var name = ReadName(library, nameAt);
            if (name != Initialiser)
            {
                throw Refused($"it imports {name} of {version}, which older systems do not have");
            }

            BinaryPrimitives.WriteUInt16LittleEndian(copy.AsSpan(versionAt), VersionGlobal);
            Encoding.ASCII.GetBytes(HarmlessFunction + "\0", copy.AsSpan(nameAt));
            patched++;
        }

        return patched == 1 ? copy : throw Refused($"{patched} symbols carry {version}, expected one");
    }

    /// <summary>Offset of the needed version's auxiliary entry, or null.</summary>
    private static int? FindNeededVersion(ReadOnlySpan<byte> library, Sections sections, string version)
    {
        for (var need = sections.Needs.Offset; ;)
        {
            var auxiliary = need + (int)BinaryPrimitives.ReadUInt32LittleEndian(library[(need + 8)..]);
            for (int left = BinaryPrimitives.ReadUInt16LittleEndian(library[(need + 2)..]); left > 0; left--)
            {
                if (ReadName(library, sections.Names.Offset + (int)BinaryPrimitives.ReadUInt32LittleEndian(library[(auxiliary + 8)..])) == version)
                {
                    return auxiliary;
                }

                auxiliary += (int)BinaryPrimitives.ReadUInt32LittleEndian(library[(auxiliary + 12)..]);
            }

            var next = (int)BinaryPrimitives.ReadUInt32LittleEndian(library[(need + 12)..]);
            if (next == 0)
            {
                return null;
            }

            need += next;
        }
    }

    private static string ReadName(ReadOnlySpan<byte> library, int offset) =>
        Encoding.ASCII.GetString(library.Slice(offset, library[offset..].IndexOf((byte)0)));

    private static PanguException Refused(string reason) =>
        PanguException.Missing("libtorch-patch", $"The native TorchSharp library cannot be made to load on this system: {reason}.");

    private readonly record struct Section(int Offset, int Length, int Link);

    private readonly record struct Sections(Section Symbols, Section Names, Section Versions, Section Needs)
    {
        public static Sections Of(ReadOnlySpan<byte> library)
        {
            if (library.Length < 64 || !library.StartsWith("\u007fELF"u8) || library[4] != 2 || library[5] != 1)
            {
                throw Refused("it is not a 64-bit little-endian ELF file");
            }

            var table = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(library[0x28..]));
            int entryBytes = BinaryPrimitives.ReadUInt16LittleEndian(library[0x3a..]);
            int count = BinaryPrimitives.ReadUInt16LittleEndian(library[0x3c..]);
            Section? symbols = null, versions = null, needs = null;
            for (var entry = 0; entry < count; entry++)
            {
                var header = library[(table + (entry * entryBytes))..];
                switch (BinaryPrimitives.ReadUInt32LittleEndian(header[4..]))
                {
                    case SectionDynamicSymbols: symbols = Read(header); break;
                    case SectionSymbolVersions: versions = Read(header); break;
                    case SectionNeededVersions: needs = Read(header); break;
                }
            }

            return symbols is { } foundSymbols && versions is { } foundVersions && needs is { } foundNeeds
                ? new Sections(foundSymbols, Read(library[(table + (foundSymbols.Link * entryBytes))..]), foundVersions, foundNeeds)
                : throw Refused("it has no versioned dynamic symbols");
        }

        private static Section Read(ReadOnlySpan<byte> header) => new(
            checked((int)BinaryPrimitives.ReadUInt64LittleEndian(header[0x18..])),
            checked((int)BinaryPrimitives.ReadUInt64LittleEndian(header[0x20..])),
            checked((int)BinaryPrimitives.ReadUInt32LittleEndian(header[0x28..])));
    }
}
