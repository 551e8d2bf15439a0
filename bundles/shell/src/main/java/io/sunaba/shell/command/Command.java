package io.sunaba.shell.command;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.apache.felix.service.command.Process;
import org.jspecify.annotations.Nullable;

/// A command: its syntax and what it does.
///
/// It returns a value and prints nothing: how a value looks is the business of
/// [io.sunaba.shell.format.Formats].
///
/// @param syntax how it is written
/// @param body what it does
public record Command(Syntax syntax, Body body) implements Function {
    /// What a command does.
    @FunctionalInterface
    public interface Body {
        /// Runs a call and returns its value, or null if there is none.
        @Nullable Object run(Call call) throws Exception;
    }

    public Command {
        requireNonNull(syntax, "syntax is null");
        requireNonNull(body, "body is null");
    }

    @Override
    public @Nullable Object execute(CommandSession session, List<Object> words) throws Exception {
        Console console = Console.of(session);
        console.enter();
        try {
            Arguments arguments = Arguments.parse(syntax, words);
            if (arguments.flag("help")) {
                return syntax.help().stripTrailing();
            }
            if (console.isAbandoned()) {
                // Whoever gave up found nothing to interrupt yet.
                console.handOverAgain();
                throw new InterruptedException("nobody waits for it");
            }
            Object value = body.run(new Call(session, arguments));
            // The runtime would add an empty line to the output that was passed on.
            return value instanceof Finished && !Call.isLast() ? null : value;
        } catch (Exception e) {
            if (Call.isLast()) {
                throw e;
            }
            // The runtime would tell in its own words, and forget the failure.
            Failure failure = console.failure(e);
            failure.tell(Process.Utils.current().err());
            console.fail(failure.status());
            return null;
        } finally {
            console.leave();
        }
    }
}
