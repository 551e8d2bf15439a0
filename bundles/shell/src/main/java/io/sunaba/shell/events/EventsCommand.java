package io.sunaba.shell.events;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.NotFoundException;
import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxMonitor;
import io.sunaba.sandbox.Sandboxes;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Command;
import io.sunaba.shell.command.Failure;
import io.sunaba.shell.command.Option;
import io.sunaba.shell.command.Syntax;
import io.sunaba.shell.format.Json;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The command `sandbox:events`: prints events as they come.
public final class EventsCommand {
    private static final Syntax SYNTAX =
            new Syntax(
                            "sandbox",
                            "events",
                            "Follow the events of sandboxes, or of all, until Ctrl-C",
                            "[SANDBOX...]")
                    .with(Option.flag("json", "one JSON object a line, as does | json"));

    private final Supplier<Sandboxes> sandboxes;

    private EventsCommand(Supplier<Sandboxes> sandboxes) {
        this.sandboxes = requireNonNull(sandboxes, "sandboxes is null");
    }

    /// @param sandboxes gives the API, or fails if it is not there just now
    public static Command of(Supplier<Sandboxes> sandboxes) {
        return new Command(SYNTAX, new EventsCommand(sandboxes)::run);
    }

    private @Nullable Object run(Call call) throws InterruptedException {
        Set<String> followed = new LinkedHashSet<>(call.arguments().operands());
        Thread thread = Thread.currentThread();
        try (SandboxMonitor monitor = sandboxes.get().monitor()) {
            followed.forEach(this::requireSandbox);
            call.console().handleSignals(_ -> thread.interrupt());
            call.console().endless(true);
            if (call.tty().isPresent()) {
                call.err().printf("following %s; Ctrl-C ends%n", named(followed));
            }
            if (!follow(call, monitor, followed)) {
                leave(call);
            }
        } catch (InterruptedException _) {
            // The way to end it: no failure.
            leave(call);
        } finally {
            call.console().handleSignals(null);
            call.console().endless(false);
            // What is printed last would be lost.
            var _ = Thread.interrupted();
        }
        return null;
    }

    private static String named(Set<String> followed) {
        return followed.isEmpty() ? "all sandboxes" : String.join(", ", followed);
    }

    private static void leave(Call call) {
        if (call.console().handsOver()) {
            new Failure("the shell is replaced; events may be missing here", Failure.TRY_AGAIN)
                    .tell(call.err());
            call.console().handOverAgain();
        }
    }

    /// Prints until those that are followed are deleted, or nothing can be printed: nobody reads,
    /// or an interrupt came in between.
    ///
    /// @return whether those that are followed are deleted
    private static boolean follow(Call call, SandboxMonitor monitor, Set<String> followed)
            throws InterruptedException {
        boolean all = followed.isEmpty();
        boolean json = call.arguments().flag("json");
        while ((all || !followed.isEmpty()) && !call.out().checkError()) {
            SandboxEvent event = monitor.next();
            if (all || followed.contains(event.sandboxId()) || event.sandboxId().isEmpty()) {
                call.passOn(event);
                call.out().println(json ? Json.line(event) : EventLine.of(event));
            }
            if (event instanceof SandboxEvent.StateChanged change && change.to() == null) {
                followed.remove(change.sandboxId());
            }
        }
        return !all && followed.isEmpty();
    }

    private void requireSandbox(String id) {
        if (sandboxes.get().find(id).isEmpty()) {
            throw new NotFoundException("there is no sandbox " + id);
        }
    }
}
