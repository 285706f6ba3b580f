namespace Orleans.Agents.Telemetry;

/// <summary>What a store says about its work, whatever it stores in.</summary>
public static class StoreInstruments
{
    /// <summary>Says how many writes were put into one transaction.</summary>
    public static void MeasureBatch(int writes) => Instruments.BatchSize.Record(writes);
}
