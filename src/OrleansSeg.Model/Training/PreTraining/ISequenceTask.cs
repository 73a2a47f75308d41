using OrleansSeg.Model.Features;
using OrleansSeg.Model.Sequences;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Training.PreTraining;

/// <summary>Something to learn from sequences alone. B customers.</summary>
internal interface ISequenceTask : IDisposable
{
    /// <summary>Weights that only the task needs; they go when it is done.</summary>
    IEnumerable<Parameter> Weights { get; }

    /// <summary>The mean loss of a batch; belongs to the caller's scope.</summary>
    /// <param name="member">Whose encoder learns.</param>
    /// <param name="encoder">Turns inputs into tensors.</param>
    /// <param name="customers">(B) inputs of at least two steps each.</param>
    /// <param name="random">Draws what is asked.</param>
    /// <param name="dropout">Draws the dropout.</param>
    Tensor LossOf(NetworkMember member, InputEncoder encoder, IReadOnlyList<CustomerInput> customers, Random random, Generator dropout);
}
