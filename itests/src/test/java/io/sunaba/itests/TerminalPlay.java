package io.sunaba.itests;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Plays what a document shows of a terminal: types what stands behind prompts, and waits for what
/// stands below them.
///
/// The prompts are `$ ` of a shell, `other$ ` of one at another terminal, `sunaba> ` of the
/// platform's, and `/ # ` of one in a container. A line `^C` is the key. What begins with `sunaba>
/// ` begins in `bin/sunaba shell`.
final class TerminalPlay implements AutoCloseable {
    private static final String HERE = "$ ";
    private static final String ELSEWHERE = "other$ ";
    private static final String PLATFORM = "sunaba> ";
    private static final String CONTAINER = "/ # ";
    private static final String HOST = "host> ";

    /// Control sequences (source: ECMA-48, 5.4) draw in between.
    private static final String SPACE = "(?:\\s|\u001b\\[[0-9;?]*[@-~])";

    private final Installation sunaba;
    private final UnaryOperator<String> names;
    private final Map<String, String> environment;
    private final Pty pty;
    private @Nullable Pty other;

    /// @param names puts the names of here into the place of those in the document
    /// @param environment of its shells
    TerminalPlay(
            Installation sunaba, UnaryOperator<String> names, Map<String, String> environment) {
        this.sunaba = sunaba;
        this.names = names;
        this.environment = environment;
        pty = new Pty(sunaba, environment);
    }

    void play(List<String> lines) {
        boolean prompted = !lines.getFirst().startsWith(PLATFORM);
        if (!prompted) {
            pty.type("bin/sunaba shell\r");
        }
        for (String line : lines) {
            @Nullable String prompt = promptOf(line);
            if (line.startsWith(ELSEWHERE)) {
                elsewhere(line.substring(ELSEWHERE.length()));
            } else if (line.equals("^C")) {
                pty.type("\003");
            } else if (prompt != null) {
                if (!prompted) {
                    pty.await(prompt.equals(HERE) ? HOST : prompt);
                }
                prompted = false;
                pty.type(names.apply(line.substring(prompt.length())) + "\r");
            } else if (!line.isBlank()) {
                String words = Document.pattern(line, SPACE + "+");
                pty.await(Pattern.compile("[\\r\\n]" + SPACE + "*" + words + "(?=" + SPACE + ")"));
            }
        }
    }

    private static @Nullable String promptOf(String line) {
        return List.of(HERE, PLATFORM, CONTAINER).stream()
                .filter(prompt -> line.startsWith(prompt) || line.equals(prompt.strip()))
                .findFirst()
                .orElse(null);
    }

    private void elsewhere(String command) {
        if (other == null) {
            other = new Pty(sunaba, environment);
        }
        other.type(names.apply(command) + "\r").await(HOST);
    }

    @Override
    public void close() {
        pty.close();
        if (other != null) {
            other.close();
        }
    }
}
