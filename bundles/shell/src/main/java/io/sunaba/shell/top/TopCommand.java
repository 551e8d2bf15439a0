package io.sunaba.shell.top;

import static java.util.Objects.requireNonNull;

import io.sunaba.sandbox.Sandboxes;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Command;
import io.sunaba.shell.command.Option;
import io.sunaba.shell.command.Syntax;
import io.sunaba.shell.terminal.Tty;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The command `sandbox:top`: shows what sandboxes and containers use.
public final class TopCommand {
    private static final int USUAL_SECONDS = 2;
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Syntax SYNTAX =
            new Syntax(
                            "sandbox",
                            "top",
                            "Watch what sandboxes and containers use, the busiest first; q quits")
                    .with(
                            Option.value(
                                    "interval",
                                    "SECONDS",
                                    "how often to measure (" + USUAL_SECONDS + ")"));

    private final Supplier<Sandboxes> sandboxes;

    private TopCommand(Supplier<Sandboxes> sandboxes) {
        this.sandboxes = requireNonNull(sandboxes, "sandboxes is null");
    }

    /// @param sandboxes gives the API, or fails if it is not there just now
    public static Command of(Supplier<Sandboxes> sandboxes) {
        return new Command(SYNTAX, new TopCommand(sandboxes)::run);
    }

    private @Nullable Object run(Call call) throws InterruptedException {
        Duration interval =
                Duration.ofSeconds(call.arguments().count("interval").orElse(USUAL_SECONDS));
        Sampler sampler = new Sampler(sandboxes);
        Optional<Tty> tty = call.tty().filter(it -> !it.type().equals("dumb"));
        if (tty.isEmpty()) {
            return snapshot(sampler);
        }
        call.console().endless(true);
        try {
            new LiveView(sampler, interval, FIRST).run(tty.get());
        } catch (InterruptedException e) {
            call.console().handOverAgain();
            throw e;
        } finally {
            call.console().endless(false);
        }
        return null;
    }

    private static List<Usage> snapshot(Sampler sampler) throws InterruptedException {
        sampler.sample();
        Thread.sleep(FIRST);
        return sampler.sample();
    }
}
