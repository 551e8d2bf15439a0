package io.sunaba.shell.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.sandbox.PlatformMetrics;
import io.sunaba.sandbox.Sandboxes;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Command;
import io.sunaba.shell.command.Option;
import io.sunaba.shell.command.Syntax;
import io.sunaba.shell.command.UsageException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/// The command `sandbox:metrics`: what is measured, in the text format of Prometheus.
public final class MetricsCommand {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Option AGENT = Option.flag("agent", "ask its guest alone");

    private final Supplier<Sandboxes> sandboxes;
    private final Supplier<PlatformMetrics> metrics;

    private MetricsCommand(Supplier<Sandboxes> sandboxes, Supplier<PlatformMetrics> metrics) {
        this.sandboxes = requireNonNull(sandboxes, "sandboxes is null");
        this.metrics = requireNonNull(metrics, "metrics is null");
    }

    /// @param metrics gives the measurements, or fails if their service is not there just now
    public static Command of(Supplier<Sandboxes> sandboxes, Supplier<PlatformMetrics> metrics) {
        return new Command(
                new Syntax(
                                "sandbox",
                                "metrics",
                                "Show the metrics of the platform, or of a sandbox",
                                "[SANDBOX]")
                        .with(AGENT),
                new MetricsCommand(sandboxes, metrics)::run);
    }

    private String run(Call call) throws InterruptedException {
        Optional<String> sandbox = call.arguments().findOperand(0);
        return text(sandbox, call.arguments().flag(AGENT.name())).stripTrailing();
    }

    private String text(Optional<String> sandbox, boolean agent) throws InterruptedException {
        if (agent) {
            String id =
                    sandbox.orElseThrow(
                            () -> new UsageException("sandbox:metrics: --agent needs a SANDBOX"));
            return sandboxes.get().fetch(id).getAgentMetrics();
        }
        return sandbox.isPresent()
                ? metrics.get().sandbox(sandbox.get(), TIMEOUT)
                : metrics.get().platform(TIMEOUT);
    }
}
