package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A pseudo-terminal with a shell in it, driven as a person drives one; `script(1)` holds it.
final class Pty implements AutoCloseable {
    private final Process script;
    private final OutputStream keys;
    private final StringBuilder transcript = new StringBuilder();
    private final String device;
    private int seen;

    Pty(Installation sunaba) {
        this(sunaba, Map.of());
    }

    /// Opens one in the installation's directory.
    ///
    /// @param environment what its shell has in its environment besides
    Pty(Installation sunaba, Map<String, String> environment) {
        ProcessBuilder builder =
                sunaba.builder(
                        List.of("script", "--quiet", "--flush", "--command", "sh", "/dev/null"));
        builder.directory(sunaba.home().toFile());
        builder.environment().putAll(environment);
        builder.environment().put("TERM", "vt220");
        builder.environment().put("PS1", "host> ");
        builder.environment().put("SHELL", "/bin/sh");
        builder.environment()
                .merge(
                        "PATH",
                        sunaba.home().resolve("bin").toString(),
                        (path, bin) -> path + ":" + bin);
        try {
            script = builder.redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        keys = script.getOutputStream();
        Thread.ofVirtual().start(() -> read(script.getInputStream()));
        await("host> ");
        type("tty\r");
        device = await(Pattern.compile("/dev/pts/\\d+"));
        resize(100, 30);
        await("host> ");
    }

    /// Types keys.
    Pty type(String text) {
        try {
            keys.write(text.getBytes(UTF_8));
            keys.flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits until a text appears after what was awaited before.
    Pty await(String text) {
        await(Pattern.compile(Pattern.quote(text)));
        return this;
    }

    /// Waits for a match after what was awaited before, and returns it.
    String await(Pattern pattern) {
        StringBuilder found = new StringBuilder();
        try {
            Installation.await(pattern.toString(), () -> find(pattern, found));
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "; the screen:\n" + rest(), e);
        }
        return found.toString();
    }

    /// Returns what appeared after what was awaited.
    String rest() {
        synchronized (transcript) {
            return transcript.substring(seen);
        }
    }

    /// Changes the size of the terminal.
    void resize(int columns, int rows) {
        stty("columns", Integer.toString(columns), "rows", Integer.toString(rows));
    }

    /// Returns all settings of the terminal as one word.
    String settings() {
        return stty("-g");
    }

    /// Returns the client that runs in the terminal.
    ProcessHandle client() {
        return script.descendants()
                .filter(process -> process.info().command().orElse("").endsWith("/java"))
                .findFirst()
                .orElseThrow();
    }

    private boolean find(Pattern pattern, StringBuilder found) {
        synchronized (transcript) {
            Matcher matcher = pattern.matcher(transcript);
            if (!matcher.find(seen)) {
                return false;
            }
            seen = matcher.end();
            found.append(matcher.group());
            return true;
        }
    }

    private void read(InputStream output) {
        byte[] chunk = new byte[8192];
        try (output) {
            for (int read = output.read(chunk); read >= 0; read = output.read(chunk)) {
                synchronized (transcript) {
                    transcript.append(new String(chunk, 0, read, UTF_8));
                }
            }
        } catch (IOException _) {
            // The shell has ended.
        }
    }

    private String stty(String... arguments) {
        String[] command = new String[arguments.length + 3];
        command[0] = "stty";
        command[1] = "-F";
        command[2] = device;
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        try {
            Process stty = new ProcessBuilder(command).redirectErrorStream(true).start();
            String answer = new String(stty.getInputStream().readAllBytes(), UTF_8).strip();
            assertThat(stty.waitFor()).as(answer).isZero();
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        script.descendants().forEach(ProcessHandle::destroyForcibly);
        script.destroyForcibly();
    }
}
