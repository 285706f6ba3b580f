using Orleans.Agents.Silo.Agents;
using Orleans.Agents.Testing;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Silo.Tests;

/// <summary>
/// Silos that come and go, reports and answers that are late, lost or in another order, a grain that moves: however it comes,
/// no more calls begin within any time than the rate allows. What is chance hangs on a seed.
/// </summary>
public sealed class RateStormTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    [Theory, MemberData(nameof(Seeds))]
    public void Never_more_begin_than_the_rate_allows_when_silos_die_and_words_are_lost(int seed)
    {
        var storm = new Storm(seed) { LosesWords = true, KillsSilos = true, MovesGrain = true };

        storm.Blow(steps: 4_000);

        Assert.Equal(0, storm.TooMany());
        Assert.InRange(storm.Begun, storm.Rate.Calls + 1, int.MaxValue);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Never_more_begin_than_the_rate_allows_when_the_silo_of_the_grain_dies_and_the_others_are_heard(int seed)
    {
        var storm = new Storm(seed) { CrashesGrain = true };

        storm.Blow(steps: 4_000);

        Assert.Equal(0, storm.TooMany());
        Assert.InRange(storm.Begun, storm.Rate.Calls + 1, int.MaxValue);
    }

    [Fact]
    public void A_grain_that_forgets_what_it_granted_is_found_out() =>
        Assert.Contains(Enumerable.Range(1, 60), seed =>
        {
            var storm = new Storm(seed) { ForgetsAll = true };
            storm.Blow(steps: 4_000);
            return storm.TooMany() > 0;
        });

    private sealed class Storm(int seed)
    {
        private readonly Random chance = new(seed);
        private readonly ManualClock clock = new();
        private readonly List<(DateTimeOffset At, Action Arrive)> post = [];
        private readonly List<DateTimeOffset> begun = [];
        private readonly List<Silo> silos = [];
        private CallRate? rate;
        private RateShares? grain;
        private RateState? saved;
        private DateTimeOffset savedAt;
        private int names;

        public bool LosesWords { get; init; }

        public bool KillsSilos { get; init; }

        public bool MovesGrain { get; init; }

        public bool CrashesGrain { get; init; }

        public bool ForgetsAll { get; init; }

        public CallRate Rate => rate ??= new CallRate(chance.Next(1, 40), TimeSpan.FromSeconds(chance.Next(1, 60)));

        public int Begun => begun.Count;

        public void Blow(int steps)
        {
            grain = new RateShares(clock);
            for (var i = 0; i < 3; i++)
            {
                Join();
            }

            for (var i = 0; i < steps; i++)
            {
                clock.Advance(TimeSpan.FromMilliseconds(chance.Next(1, 100)));
                foreach (var due in post.Where(letter => letter.At <= clock.GetUtcNow()).ToList())
                {
                    post.Remove(due);
                    due.Arrive();
                }

                silos.ForEach(Report);
                if (clock.GetUtcNow() - savedAt > TimeSpan.FromSeconds(4))
                {
                    (saved, savedAt) = (grain.Save(isOver: false), clock.GetUtcNow());
                }

                Befall();
            }
        }

        /// <summary>How many calls began when as many as the rate allows had begun too shortly before.</summary>
        public int TooMany() => Enumerable.Range(0, Math.Max(0, begun.Count - Rate.Calls))
            .Count(i => begun[i + Rate.Calls] - begun[i] < Rate.Per);

        private void Befall()
        {
            var silo = silos[chance.Next(silos.Count)];
            switch (chance.Next(200))
            {
                case 0 when KillsSilos:
                    silos.Remove(silo);
                    silo.IsDead = true;
                    Join();
                    break;
                case 1 when MovesGrain:
                    var moved = new RateShares(clock);
                    moved.Restore(grain!.Save(isOver: true));
                    grain = moved;
                    break;
                case 1 when CrashesGrain && saved is not null:
                    grain = new RateShares(clock);
                    grain.Restore(saved);
                    break;
                case 1 when ForgetsAll:
                    grain = new RateShares(clock);
                    break;
                case < 60:
                    silo.Waiting++;
                    LetIn(silo);
                    break;
                default:
                    break;
            }
        }

        private void Report(Silo silo)
        {
            var now = clock.GetUtcNow();
            if (silo.AsksUntil > now
                || now - silo.AskedAt < TimeSpan.FromSeconds(silo.Waiting > 0 ? 0.1 : 1)
                || (silo.Waiting == 0 && !silo.Permits.HasNews)
                || silo.Permits.Report(silo.Waiting) is not { } said)
            {
                return;
            }

            (silo.AskedAt, silo.AsksUntil) = (now, now + TimeSpan.FromSeconds(0.8));
            Send(() =>
            {
                var answer = grain!.Grant(silo.Name, said);
                Send(() =>
                {
                    if (!silo.IsDead && silo.AskedAt == now && silo.AsksUntil > clock.GetUtcNow())
                    {
                        silo.AsksUntil = default;
                        silo.Permits.Take(said, answer);
                        LetIn(silo);
                    }
                });
            });
        }

        private void LetIn(Silo silo)
        {
            while (silo.Waiting > 0 && silo.Permits.TryBegin(Rate))
            {
                silo.Waiting--;
                begun.Add(clock.GetUtcNow());
            }
        }

        private void Send(Action arrive)
        {
            if (!LosesWords || chance.Next(8) > 0)
            {
                // Some arrive long after their sender has given up.
                var late = LosesWords && chance.Next(20) == 0 ? 3_000 : 300;
                post.Add((clock.GetUtcNow() + TimeSpan.FromMilliseconds(chance.Next(late)), arrive));
            }
        }

        private void Join() => silos.Add(new Silo($"silo-{++names}", new RatePermits(clock)));
    }

    private sealed class Silo(string name, RatePermits permits)
    {
        public string Name => name;

        public RatePermits Permits => permits;

        public int Waiting { get; set; }

        public bool IsDead { get; set; }

        public DateTimeOffset AskedAt { get; set; }

        public DateTimeOffset AsksUntil { get; set; }
    }
}
