using System.Runtime.InteropServices;

namespace Pangu.Tensors.Native;

/// <summary>Functions of libtorch's stable C interface (<c>torch/csrc/stable/c/shim.h</c> and <c>torch/csrc/inductor/aoti_torch/c/shim.h</c>); each returns 0 or an error.</summary>
internal sealed unsafe class StableInterface
{
    /// <summary>The interface's version that slots are written for: libtorch 2.10.0.</summary>
    public const ulong Version = 0x020A_0000_0000_0000;

    /// <summary>Finds the functions.</summary>
    /// <param name="library">Handle of <c>torch_cpu</c>.</param>
    /// <exception cref="EntryPointNotFoundException">The library is of another version.</exception>
    public StableInterface(nint library)
    {
        CallDispatcher = (delegate* unmanaged[Cdecl]<byte*, byte*, ulong*, ulong, int>)NativeLibrary.GetExport(library, "torch_call_dispatcher");
        NewTensorHandle = (delegate* unmanaged[Cdecl]<nint, nint*, int>)NativeLibrary.GetExport(library, "aoti_torch_new_tensor_handle");
        DeleteTensor = (delegate* unmanaged[Cdecl]<nint, int>)NativeLibrary.GetExport(library, "aoti_torch_delete_tensor_object");
        NewList = (delegate* unmanaged[Cdecl]<nuint, nint*, int>)NativeLibrary.GetExport(library, "torch_new_list_reserve_size");
        ListPush = (delegate* unmanaged[Cdecl]<nint, ulong, int>)NativeLibrary.GetExport(library, "torch_list_push_back");
        GetData = (delegate* unmanaged[Cdecl]<nint, nint*, int>)NativeLibrary.GetExport(library, "aoti_torch_get_data_ptr");
        NewString = (delegate* unmanaged[Cdecl]<byte*, nuint, nint*, int>)NativeLibrary.GetExport(library, "torch_new_string_handle");
    }

    /// <summary>Calls an operator: name, overload, slots in and out, version.</summary>
    public delegate* unmanaged[Cdecl]<byte*, byte*, ulong*, ulong, int> CallDispatcher { get; }

    /// <summary>A further handle of the same tensor.</summary>
    public delegate* unmanaged[Cdecl]<nint, nint*, int> NewTensorHandle { get; }

    /// <summary>Gives a handle back.</summary>
    public delegate* unmanaged[Cdecl]<nint, int> DeleteTensor { get; }

    /// <summary>A new list with room.</summary>
    public delegate* unmanaged[Cdecl]<nuint, nint*, int> NewList { get; }

    /// <summary>Adds a slot to a list.</summary>
    public delegate* unmanaged[Cdecl]<nint, ulong, int> ListPush { get; }

    /// <summary>Address of a tensor's first element.</summary>
    public delegate* unmanaged[Cdecl]<nint, nint*, int> GetData { get; }

    /// <summary>A new string.</summary>
    public delegate* unmanaged[Cdecl]<byte*, nuint, nint*, int> NewString { get; }
}
