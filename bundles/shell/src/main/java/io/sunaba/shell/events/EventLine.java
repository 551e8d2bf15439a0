package io.sunaba.shell.events;

import io.sunaba.sandbox.ExitStatus;
import io.sunaba.sandbox.SandboxEvent;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// An event as one line for people: when, which sandbox, which container, what.
final class EventLine {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private EventLine() {}

    static String of(SandboxEvent event) {
        return switch (event) {
            case SandboxEvent.StateChanged e -> line(e, null, change(e.from(), e.to(), null));
            case SandboxEvent.ContainerStateChanged e ->
                    line(e, e.containerId(), change(e.from(), e.to(), e.exit()));
            case SandboxEvent.MachineExited e ->
                    line(
                            e,
                            null,
                            "machine ended: %s, %s"
                                    .formatted(word(e.exit().reason()), e.exit().detail()));
            case SandboxEvent.AgentLost e -> line(e, null, "agent lost: " + e.detail());
            case SandboxEvent.OutOfMemory e -> line(e, e.containerId(), "out of memory");
            case SandboxEvent.FactoryFellBack e ->
                    line(e, null, "factory %s -> %s: %s".formatted(e.from(), e.to(), e.reason()));
            case SandboxEvent.Missed e -> line(e, null, e.count() + " events missed");
        };
    }

    private static String line(SandboxEvent event, @Nullable String container, String what) {
        return "%s  %-16s  %-12s  %s"
                .formatted(
                        time(event.at()),
                        event.sandboxId().isEmpty() ? "-" : event.sandboxId(),
                        container == null ? "-" : container,
                        what.replaceAll("\\p{Cntrl}+", " "));
    }

    private static String change(
            @Nullable Enum<?> from, @Nullable Enum<?> to, @Nullable ExitStatus exit) {
        String what;
        if (to == null) {
            // How it had ended was told when it did.
            return "deleted";
        } else if (from == null) {
            what = "created, " + word(to);
        } else {
            what = word(from) + " -> " + word(to);
        }
        return exit == null ? what : what + ", exit code " + exit.code();
    }

    private static String time(Instant at) {
        return TIME.format(at);
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
