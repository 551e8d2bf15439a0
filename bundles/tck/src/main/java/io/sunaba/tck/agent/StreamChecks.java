package io.sunaba.tck.agent;

import static io.sunaba.tck.agent.AgentContract.check;
import static io.sunaba.tck.agent.Guest.bytes;

import io.sunaba.agent.Agent;
import io.sunaba.tck.Check;
import io.sunaba.tck.Expect;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Standard streams of processes.
final class StreamChecks {
    private static final int MUCH = 1 << 20;
    private static final int FEW = 100;

    private StreamChecks() {}

    static List<Check<AgentFixture>> all() {
        return List.of(
                check("keeps output whole, and its kinds apart", StreamChecks::output),
                check("reads no more than was asked for", StreamChecks::bounded),
                check("passes input on, and its end", StreamChecks::input),
                check("keeps output until it is read", StreamChecks::kept));
    }

    private static void output(Guest guest) throws Exception {
        String container =
                guest.start(
                        "sh",
                        "-c",
                        "head -c %d /dev/zero | tr '\\000' o; head -c 1000 /dev/zero | tr '\\000' e >&2"
                                .formatted(MUCH));
        Guest.Aside<byte[]> errors = Guest.aside(() -> guest.errors(container, container));
        byte[] out = new byte[MUCH];
        Arrays.fill(out, (byte) 'o');
        Expect.equal("output", out, guest.output(container, container));
        byte[] err = new byte[1000];
        Arrays.fill(err, (byte) 'e');
        Expect.equal("error output", err, errors.await("error output"));
        Expect.equal("exit code", 0, guest.agent().waitProcess(container, container));
    }

    private static void bounded(Guest guest) throws InterruptedException {
        String container = guest.start("sh", "-c", "head -c 1000 /dev/zero");
        int all = 0;
        byte[] some;
        do {
            some = guest.agent().readStdout(container, container, FEW);
            Expect.that(some.length <= FEW, "at most " + FEW + " bytes come: " + some.length);
            all += some.length;
        } while (some.length > 0);
        Expect.equal("bytes", 1000, all);
    }

    private static void input(Guest guest) throws Exception {
        String container = guest.start("cat");
        byte[] data = new byte[MUCH];
        new Random(1).nextBytes(data);
        Agent agent = guest.agent();
        Guest.Aside<Boolean> writing =
                Guest.aside(() -> {
                    agent.writeStdin(container, container, data);
                    agent.closeStdin(container, container);
                    return true;
                });
        Expect.equal("what came back", data, guest.output(container, container));
        writing.await("writing");
        Expect.equal("exit code", 0, agent.waitProcess(container, container));
    }

    private static void kept(Guest guest) throws InterruptedException {
        String container = guest.start("sh", "-c", "echo last words");
        Expect.equal("exit code", 0, guest.agent().waitProcess(container, container));
        Expect.equal("output", bytes("last words\n"), guest.output(container, container));
    }
}
