using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Training;

/// <summary>Muon on matrices: all of one shape, or its transpose, are orthogonalised together.</summary>
/// <remarks>
/// m = momentum * m + g; u = g + momentum * m (Nesterov) or m; w = w (1 - lr decay) - lr sqrt(max(1, rows / columns)) NewtonSchulz(u)
/// (Jordan et al. 2024). Stacking costs one copy and saves many small operators.
/// </remarks>
internal sealed class Muon : IOptimizer
{
    private readonly MuonOptions _options;
    private readonly IReadOnlyList<Stack> _stacks;

    /// <param name="group">Matrices, at least one.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="options">Settings.</param>
    public Muon(IReadOnlyList<NamedParameter> group, Gradients gradients, MuonOptions options)
    {
        _options = options;
        _stacks =
        [
            .. group
                .GroupBy(parameter => (Math.Min(parameter.Weight.shape[0], parameter.Weight.shape[1]), Math.Max(parameter.Weight.shape[0], parameter.Weight.shape[1])))
                .OrderBy(shape => shape.Key)
                .Select(shape => new Stack([.. shape], gradients)),
        ];
    }

    public void Step(double share)
    {
        foreach (var stack in _stacks)
        {
            stack.Step(_options, share * _options.LearningRate);
        }
    }

    public void Export(IDictionary<string, TensorData> state)
    {
        foreach (var stack in _stacks)
        {
            NamedTensors.Export(state, "muon.momentum.", stack.Momenta());
        }
    }

    public void Import(IReadOnlyDictionary<string, TensorData> state)
    {
        foreach (var stack in _stacks)
        {
            stack.Import(state);
        }
    }

    public void Dispose()
    {
        foreach (var stack in _stacks)
        {
            stack.Dispose();
        }
    }

    /// <summary>Matrices of one shape with R rows and C columns, R at most C; tall ones stand transposed.</summary>
    private sealed class Stack : IDisposable
    {
        private readonly IReadOnlyList<NamedParameter> _group;
        private readonly Tensor[] _gradients_RC;
        private readonly Tensor[] _weights_RC;
        private readonly Tensor _momentum_NRC;
        private readonly Tensor _scale_N11;

        public Stack(IReadOnlyList<NamedParameter> group, Gradients gradients)
        {
            using var noGradient = no_grad();
            _group = group;
            _gradients_RC = [.. group.Select(parameter => Wide(gradients[parameter.Name]).DetachFromDisposeScope())];
            _weights_RC = [.. group.Select(parameter => Wide(parameter.Weight).DetachFromDisposeScope())];
            _momentum_NRC = zeros([group.Count, .. _weights_RC[0].shape], dtype: ScalarType.Float32).DetachFromDisposeScope();
            float[] scales = [.. group.Select(parameter => MathF.Sqrt(MathF.Max(1, (float)parameter.Weight.shape[0] / parameter.Weight.shape[1])))];
            using var scales_N = Operators.Of(scales, group.Count);
            _scale_N11 = scales_N.reshape(group.Count, 1, 1).clone().DetachFromDisposeScope();
        }

        public void Step(MuonOptions options, double rate)
        {
            using var scope = NewDisposeScope();
            var gradient_NRC = Operators.Stack(0, _gradients_RC);
            Operators.MultiplyInPlace(_momentum_NRC, options.Momentum);
            Operators.AddInPlace(_momentum_NRC, gradient_NRC);
            var direction_NRC = options.Nesterov ? Operators.Add(gradient_NRC, _momentum_NRC, options.Momentum) : _momentum_NRC;
            var step_NRC = Operators.Multiply(options.Orthogonalisation.Apply(direction_NRC), _scale_N11);
            var steps_RC = step_NRC.unbind(0);
            for (var i = 0; i < _weights_RC.Length; i++)
            {
                if (options.WeightDecay > 0)
                {
                    Operators.MultiplyInPlace(_weights_RC[i], 1 - (rate * options.WeightDecay));
                }

                Operators.AddInPlace(_weights_RC[i], steps_RC[i], -rate);
            }
        }

        public IEnumerable<KeyValuePair<string, Tensor>> Momenta()
        {
            for (var i = 0; i < _group.Count; i++)
            {
                using var momentum_RC = _momentum_NRC[i];
                using var momentum = IsTall(_group[i].Weight) ? momentum_RC.t() : momentum_RC.alias();
                yield return new KeyValuePair<string, Tensor>(_group[i].Name, momentum);
            }
        }

        public void Import(IReadOnlyDictionary<string, TensorData> state)
        {
            using var noGradient = no_grad();
            for (var i = 0; i < _group.Count; i++)
            {
                using var scope = NewDisposeScope();
                var momentum = zeros_like(_group[i].Weight);
                NamedTensors.Import(momentum, state, $"muon.momentum.{_group[i].Name}");
                _momentum_NRC[i].copy_(Wide(momentum));
            }
        }

        public void Dispose()
        {
            foreach (var tensor in (Tensor[])[.. _gradients_RC, .. _weights_RC, _momentum_NRC, _scale_N11])
            {
                tensor.Dispose();
            }
        }

        private static bool IsTall(Tensor matrix) => matrix.shape[0] > matrix.shape[1];

        private static Tensor Wide(Tensor matrix) => IsTall(matrix) ? matrix.t() : matrix.alias();
    }
}
