package io.sunaba.shell.control;

import static java.util.Objects.requireNonNull;

import io.sunaba.control.OpenRequest;
import io.sunaba.shell.command.Console;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import org.apache.felix.gogo.jline.Builtin;
import org.apache.felix.gogo.jline.Posix;
import org.apache.felix.gogo.jline.Procedural;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;

/// Makes sessions of the shell's runtime.
final class Sessions {
    // What needs a terminal of its own is left out.
    private static final String[] TEXT_TOOLS = {
        "cat", "echo", "grep", "sort", "head", "tail", "wc", "date", "sleep", "cd", "pwd"
    };
    private static final String[] BUILT_IN = {"set", "tac", "type", "jobs", "fg", "bg", "history"};
    private static final String[] PROCEDURAL = {
        "each", "if", "not", "throw", "try", "until", "while", "break", "continue"
    };

    private final CommandProcessor processor;
    private final Path data;
    private final Vocabulary vocabulary;
    private boolean prepared;

    /// @param data the data directory, for the history
    Sessions(CommandProcessor processor, Path data, Vocabulary vocabulary) {
        this.processor = requireNonNull(processor, "processor is null");
        this.data = requireNonNull(data, "data is null");
        this.vocabulary = requireNonNull(vocabulary, "vocabulary is null");
    }

    Path data() {
        return data;
    }

    Vocabulary vocabulary() {
        return vocabulary;
    }

    /// Creates a session.
    CommandSession create(
            OpenRequest request,
            Console console,
            InputStream in,
            OutputStream out,
            OutputStream err) {
        prepare();
        CommandSession session = processor.createSession(in, out, err);
        session.currentDir(Path.of(request.workingDirectory()));
        // Our commands before those of others that bear the same name.
        session.put("SCOPE", "sunaba:sandbox:container:plugin:tool:*");
        // Signs such as * are meant for programs in containers.
        session.put(CommandSession.OPTION_NO_GLOB, true);
        console.attach(session);
        return session;
    }

    /// Adds the tools that come with JLine's shell, without that shell, which would take the
    /// platform's own terminal. Not before the first session: the classes are many.
    private synchronized void prepare() {
        if (!prepared && processor instanceof CommandProcessorImpl runtime) {
            add(runtime, new Posix(processor), TEXT_TOOLS);
            add(runtime, new Builtin(), BUILT_IN);
            add(runtime, new Procedural(), PROCEDURAL);
            prepared = true;
        }
    }

    /// Takes the tools away again: whoever makes sessions next brings its own.
    synchronized void close() {
        if (prepared && processor instanceof CommandProcessorImpl runtime) {
            for (String[] functions : new String[][] {TEXT_TOOLS, BUILT_IN, PROCEDURAL}) {
                for (String function : functions) {
                    runtime.removeCommand("tool", function);
                }
            }
        }
    }

    private static void add(CommandProcessorImpl runtime, Object target, String[] functions) {
        for (String function : functions) {
            runtime.addCommand("tool", target, function);
        }
    }
}
