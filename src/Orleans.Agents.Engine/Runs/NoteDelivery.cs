using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans.Agents.Journal;
using Orleans.Agents.Notes;

namespace Orleans.Agents.Runs;

/// <summary>Hands what others left for runs of this process to the hosts of these runs.</summary>
internal sealed class NoteDelivery(RunTable table, IInbox inbox, ILogger logger)
{
    private const int MostAtOnce = 500;

    private readonly ConcurrentDictionary<RunId, bool> unclear = [];

    /// <summary>
    /// Runs that were left something this program does not understand. They are not to be taken on for it, again and
    /// again: it stays where it is for a program that can read it.
    /// </summary>
    public IReadOnlyCollection<RunId> Unclear => unclear.IsEmpty ? [] : (IReadOnlyCollection<RunId>)unclear.Keys;

    /// <summary>Reads what was left for runs of the present epoch, and hands it to those that are carried.</summary>
    public async Task DeliverAsync(CancellationToken cancellation)
    {
        // A host that is made after this was read may have been made from a state in which it is decided already.
        var newest = table.NewestHost;
        var left = await ReadAsync(table.Epoch, cancellation);
        foreach (var (run, notes) in left)
        {
            table.Find(run, newest)?.Deliver(notes);
        }
    }

    /// <summary>Reads what was left for runs that an epoch owns, as far as this program understands it.</summary>
    public async Task<IReadOnlyDictionary<RunId, ImmutableArray<LeftCommand>>> ReadAsync(
        Epoch epoch, CancellationToken cancellation)
    {
        var notes = await inbox.ReadForAsync(epoch, MostAtOnce, cancellation);
        return notes.IsEmpty
            ? ImmutableDictionary<RunId, ImmutableArray<LeftCommand>>.Empty
            : notes.GroupBy(note => note.Run).ToDictionary(left => left.Key, Understood);
    }

    // What comes after a note that is not understood may depend on it, and is not handed over either.
    private ImmutableArray<LeftCommand> Understood(IGrouping<RunId, InboxNote> left)
    {
        var commands = ImmutableArray.CreateBuilder<LeftCommand>();
        try
        {
            foreach (var note in left)
            {
                commands.Add(new LeftCommand(note.Id, Note.Read(note).ToCommand()));
            }
        }
        catch (HistoryException unknown)
        {
            if (unclear.TryAdd(left.Key, true))
            {
                logger.NoteUnclear(left.Key, unknown.Code, unknown);
            }
        }

        return commands.ToImmutable();
    }
}

/// <summary>A command that was left in a run's inbox.</summary>
/// <param name="Note">The name of the note; consumed with what the run decides.</param>
/// <param name="Command">What it means to the run.</param>
internal sealed record LeftCommand(string Note, RunCommand Command);
