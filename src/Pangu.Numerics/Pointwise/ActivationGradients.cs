using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pangu.Numerics;

/// <summary>Non-linearities of feed-forward networks in training: forward into other memory, and backward, plain or gated. Safe for many callers at once on different memory.</summary>
/// <remarks>
/// Lanes: 16, 8 or 4 by what the processor has, then single numbers; every width rounds alike. No alignment needed; NaN stays NaN. Absolute error: values as <see cref="Activations"/>, slopes 1e-6
/// (tested against differences in double). A slope of ReLU at 0 is 0.
/// </remarks>
public static unsafe class ActivationGradients
{
    /// <summary>result = f(x).</summary>
    /// <param name="function">f.</param>
    /// <param name="x">First number.</param>
    /// <param name="result">Receives as many; may be x.</param>
    /// <param name="count">Numbers.</param>
    public static void Forward(ActivationFunction function, float* x, float* result, int count) => Choose(function, new Task(x, null, null, result, null, count, Work.Forward));

    /// <summary>gradient *= f'(x).</summary>
    /// <param name="function">f.</param>
    /// <param name="x">First number.</param>
    /// <param name="gradient">Gradient of f(x); becomes that of x.</param>
    /// <param name="count">Numbers.</param>
    public static void Backward(ActivationFunction function, float* x, float* gradient, int count) => Choose(function, new Task(x, null, gradient, gradient, null, count, Work.Backward));

    /// <summary>result = f(gate) up.</summary>
    /// <param name="function">f.</param>
    /// <param name="gate">First number of the gate.</param>
    /// <param name="up">First number of what it multiplies.</param>
    /// <param name="result">Receives as many.</param>
    /// <param name="count">Numbers.</param>
    public static void GatedForward(ActivationFunction function, float* gate, float* up, float* result, int count) => Choose(function, new Task(gate, up, null, result, null, count, Work.GatedForward));

    /// <summary>Gradients of gate and up from that of f(gate) up.</summary>
    /// <param name="function">f.</param>
    /// <param name="gate">First number of the gate.</param>
    /// <param name="up">First number of what it multiplies.</param>
    /// <param name="gradient">Gradient of the product; becomes that of the gate.</param>
    /// <param name="upGradient">Receives the gradient of up.</param>
    /// <param name="count">Numbers.</param>
    public static void GatedBackward(ActivationFunction function, float* gate, float* up, float* gradient, float* upGradient, int count) => Choose(function, new Task(gate, up, gradient, gradient, upGradient, count, Work.GatedBackward));

    private static void Choose(ActivationFunction function, in Task task)
    {
        switch (function)
        {
            case ActivationFunction.Gelu: Run<GeluActivation>(task); break;
            case ActivationFunction.GeluTanh: Run<GeluTanhActivation>(task); break;
            case ActivationFunction.Silu: Run<SiluActivation>(task); break;
            case ActivationFunction.Relu: Run<ReluActivation>(task); break;
            case ActivationFunction.ReluSquared: Run<ReluSquaredActivation>(task); break;
            default: throw new ArgumentOutOfRangeException(nameof(function), function, "No such function.");
        }
    }

    private static void Run<TFunction>(in Task task)
        where TFunction : struct, IActivation
    {
        var done = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            done = RunLanes<TFunction, Lane16>(task, done);
        }

        if (Vector256.IsHardwareAccelerated)
        {
            done = RunLanes<TFunction, Lane8>(task, done);
        }

        if (Vector128.IsHardwareAccelerated)
        {
            done = RunLanes<TFunction, Lane4>(task, done);
        }

        RunLanes<TFunction, Lane1>(task, done);
    }

    private static int RunLanes<TFunction, TLane>(in Task task, int start)
        where TFunction : struct, IActivation
        where TLane : unmanaged, ILane<TLane> => task.Work switch
        {
            Work.Forward => ForwardLanes<TFunction, TLane>(task.X, task.Result, start, task.Count),
            Work.Backward => BackwardLanes<TFunction, TLane>(task.X, task.Result, start, task.Count),
            Work.GatedForward => GatedForwardLanes<TFunction, TLane>(task.X, task.Up, task.Result, start, task.Count),
            _ => GatedBackwardLanes<TFunction, TLane>(task, start),
        };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ForwardLanes<TFunction, TLane>(float* x, float* result, int start, int count)
        where TFunction : struct, IActivation
        where TLane : unmanaged, ILane<TLane>
    {
        var i = start;
        for (; i <= count - TLane.Count; i += TLane.Count)
        {
            TFunction.Apply(TLane.Load(x + i), out _).Store(result + i);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int BackwardLanes<TFunction, TLane>(float* x, float* gradient, int start, int count)
        where TFunction : struct, IActivation
        where TLane : unmanaged, ILane<TLane>
    {
        var i = start;
        for (; i <= count - TLane.Count; i += TLane.Count)
        {
            TFunction.Apply(TLane.Load(x + i), out var slope);
            (TLane.Load(gradient + i) * slope).Store(gradient + i);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int GatedForwardLanes<TFunction, TLane>(float* gate, float* up, float* result, int start, int count)
        where TFunction : struct, IActivation
        where TLane : unmanaged, ILane<TLane>
    {
        var i = start;
        for (; i <= count - TLane.Count; i += TLane.Count)
        {
            (TFunction.Apply(TLane.Load(gate + i), out _) * TLane.Load(up + i)).Store(result + i);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int GatedBackwardLanes<TFunction, TLane>(in Task task, int start)
        where TFunction : struct, IActivation
        where TLane : unmanaged, ILane<TLane>
    {
        var gate = task.X;
        var up = task.Up;
        var gradient = task.Gradient;
        var upGradient = task.UpGradient;
        var i = start;
        for (; i <= task.Count - TLane.Count; i += TLane.Count)
        {
            var value = TFunction.Apply(TLane.Load(gate + i), out var slope);
            var incoming = TLane.Load(gradient + i);
            (incoming * value).Store(upGradient + i);
            (incoming * TLane.Load(up + i) * slope).Store(gradient + i);
        }

        return i;
    }

    private enum Work
    {
        Forward,
        Backward,
        GatedForward,
        GatedBackward,
    }

    private readonly struct Task(float* x, float* up, float* gradient, float* result, float* upGradient, int count, Work work)
    {
        internal readonly float* X = x;
        internal readonly float* Up = up;
        internal readonly float* Gradient = gradient;
        internal readonly float* Result = result;
        internal readonly float* UpGradient = upGradient;
        internal readonly int Count = count;
        internal readonly Work Work = work;
    }
}

/// <summary>Non-linearities of feed-forward networks.</summary>
public enum ActivationFunction
{
    /// <summary>x Phi(x) by the error function.</summary>
    Gelu,

    /// <summary>GELU by the tanh approximation.</summary>
    GeluTanh,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>max(x, 0)^2.</summary>
    ReluSquared,

    /// <summary>x sigmoid(x).</summary>
    Silu,
}
