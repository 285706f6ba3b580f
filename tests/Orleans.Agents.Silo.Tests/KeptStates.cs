using System.Collections.Concurrent;
using Orleans.Storage;

namespace Orleans.Agents.Silo.Tests;

/// <summary>The states of grains, kept where no silo takes them along when it leaves, as a database does.</summary>
/// <param name="kept">What the silos of a cluster share.</param>
/// <param name="serializer">How states are written.</param>
internal sealed class KeptStates(
    ConcurrentDictionary<(string Name, GrainId Grain), BinaryData> kept, IGrainStorageSerializer serializer) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.RecordExists = kept.TryGetValue((stateName, grainId), out var written);
        grainState.State = written is null ? Activator.CreateInstance<T>() : serializer.Deserialize<T>(written);
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        kept[(stateName, grainId)] = serializer.Serialize(grainState.State);
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        kept.TryRemove((stateName, grainId), out _);
        grainState.RecordExists = false;
        return Task.CompletedTask;
    }
}
