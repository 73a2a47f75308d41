using System.Collections.Immutable;
using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Text.Vectors;
using OrleansSeg.Model.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Inference;

/// <summary>A trained model, ready to score and to explain: what training returns and what a bundle loads to are the same thing.</summary>
/// <remarks>
/// <see cref="Forecast(IReadOnlyList{CustomerInput})"/>, <see cref="Encode"/>, <see cref="Decide"/> and <see cref="Explain"/> may be called from any threads at once; dispose it when no call
/// runs any more. Torch's own threads are the process's, set by the host.
/// </remarks>
public sealed partial class SegmentModel : IForecaster
{
    private readonly InputEncoder _encoder;
    private readonly SegmentNetwork _network;
    private readonly FeatureNormalizer _normalizer;
    private readonly IModelTexts _texts;

    internal SegmentModel(
        SegmentScheme scheme,
        NetworkConfig config,
        FeatureNormalizer normalizer,
        IModelTexts texts,
        SegmentNetwork network,
        Calibration calibration,
        ImmutableArray<double> decisionWeights,
        Device? device = null)
    {
        LibTorch.EnsureLoadable();
        (Scheme, Config, Calibration, DecisionWeights) = (scheme, config, calibration, decisionWeights);
        (_normalizer, _texts, _network) = (normalizer, texts, network);
        network.to(device ?? CPU);
        _encoder = new InputEncoder(config, scheme, normalizer, texts, device);
        foreach (var parameter in network.parameters())
        {
            parameter.requires_grad_(false);
        }

        ParameterCount = network.parameters().Sum(parameter => parameter.numel()) + texts.ParameterCount;
    }

    /// <summary>The segments it tells apart.</summary>
    public SegmentScheme Scheme { get; }

    /// <summary>The network's shape.</summary>
    public NetworkConfig Config { get; }

    /// <summary>Corrections fitted on validation.</summary>
    public Calibration Calibration { get; }

    /// <summary>(S) weights that turn probabilities into one segment, fitted on validation; see <see cref="Evaluation.DecisionWeights"/>.</summary>
    public ImmutableArray<double> DecisionWeights { get; }

    /// <summary>Numbers that were learned, token vectors included; a text encoder that models share is not.</summary>
    public long ParameterCount { get; }

    /// <summary>Hash of the text encoder's bundle that it reads texts with; null for none beside its own.</summary>
    public string? TextEncoder => _texts.EncoderHash;

    /// <summary>Turns inputs into tensors for it and for networks of its shape.</summary>
    internal InputEncoder Encoder => _encoder;

    /// <summary>Its network, not to be trained: training makes its own.</summary>
    internal SegmentNetwork Network => _network;

    /// <summary>Gives texts their vectors; disposed with the model.</summary>
    internal IModelTexts Texts => _texts;

    /// <summary>Scales the aggregates.</summary>
    internal FeatureNormalizer Normalizer => _normalizer;

    /// <inheritdoc />
    public IReadOnlyList<Forecast> Forecast(IReadOnlyList<CustomerInput> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return Array.ConvertAll(NetworkForecasts.Run(_network, _encoder, inputs), Calibration.ToForecast);
    }

    /// <summary>Encodes inputs for <see cref="Forecast(EncodedInputs)"/>, so that it can be done while another batch runs; dispose it afterwards.</summary>
    public EncodedInputs Encode(IReadOnlyList<CustomerInput> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return NetworkForecasts.Encode(_encoder, inputs);
    }

    /// <summary>Forecasts of what <see cref="Encode"/> made, in the order of its inputs.</summary>
    public IReadOnlyList<Forecast> Forecast(EncodedInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return Array.ConvertAll(NetworkForecasts.Run(_network, inputs), Calibration.ToForecast);
    }

    /// <summary>The segment that a forecast means.</summary>
    public string Decide(Forecast forecast)
    {
        ArgumentNullException.ThrowIfNull(forecast);
        return Scheme.Labels[Evaluation.DecisionWeights.Decide(forecast.Probabilities, DecisionWeights.AsSpan())];
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _network.Dispose();
        _texts.Dispose();
    }
}
