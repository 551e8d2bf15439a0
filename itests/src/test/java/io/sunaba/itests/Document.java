package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A Markdown document, and what is to be typed in it.
///
/// Fenced blocks marked `console` hold commands, after `$ ` for the system's shell or `sunaba> `
/// for the platform's. What follows a command is what it prints. A line that ends with a backslash
/// goes on in the next. Those marked `terminal` are dialogues, those marked `root` commands of root
/// on a host with systemd, after `# `.
///
/// @param name the file, from the repository's root
/// @param parts what is to be typed, in its order
/// @param unmarked the numbers of lines that begin blocks with commands but are not marked
/// @param spans what stands between single backquotes outside of blocks
record Document(String name, List<Part> parts, List<Integer> unmarked, List<String> spans) {
    private static final Set<User> ANYBODY = EnumSet.of(User.SHELL, User.PLATFORM);
    private static final Set<User> ROOT = EnumSet.of(User.ROOT);
    private static final Pattern SPAN = Pattern.compile("(?<!`)`([^`]+)`(?!`)");
    private static final Pattern VARIES = Pattern.compile("\\d|^(ms|s|min|h|B|KiB|MiB|GiB),?$");

    /// Something that is to be typed.
    sealed interface Part {
        /// Returns where it stands.
        int line();
    }

    /// What is seen at a terminal, line by line.
    ///
    /// @param line where it begins
    /// @param lines prompts with what is typed, and what is printed
    record Dialogue(int line, List<String> lines) implements Part {}

    /// A command.
    ///
    /// @param line where it stands
    /// @param user whom it is for
    /// @param command the command
    /// @param printed the lines that it prints
    record Step(int line, User user, String command, List<String> printed) implements Part {
        /// Expects that a command did what is said.
        ///
        /// @param document where it is said
        /// @param typed the command as it was typed
        void expect(String document, String typed, ShellSession.Result result) {
            String what =
                    "%s:%d: %s%n%s"
                            .formatted(document, line, typed, String.join("\n", result.lines()));
            assertThat(result.status()).as(what).isZero();
            assertThat(missing(result)).as(what).isEmpty();
        }

        /// Returns the lines that were not printed, in their order.
        List<String> missing(ShellSession.Result result) {
            int from = 0;
            for (int i = 0; i < printed.size(); i++) {
                Pattern pattern = pattern(printed.get(i));
                while (from < result.lines().size()
                        && !pattern.matcher(result.lines().get(from)).matches()) {
                    from++;
                }
                if (from == result.lines().size()) {
                    return printed.subList(i, printed.size());
                }
                from++;
            }
            return List.of();
        }
    }

    /// Whom a command is for.
    enum User {
        /// The system's shell, of anybody.
        SHELL("$ "),
        /// The platform's shell.
        PLATFORM("sunaba> "),
        /// The system's shell, of root.
        ROOT("# ");

        private final String prompt;

        User(String prompt) {
            this.prompt = prompt;
        }

        private static @Nullable User of(String line, Set<User> users) {
            return users.stream()
                    .filter(user -> line.startsWith(user.prompt))
                    .findFirst()
                    .orElse(null);
        }
    }

    static Document read(String name) {
        List<String> lines;
        try {
            lines = Files.readAllLines(Path.of(Installation.REPOSITORY.toString(), name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Document document =
                new Document(name, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        int at = 0;
        while (at < lines.size()) {
            String line = lines.get(at);
            at++;
            if (line.startsWith("```")) {
                int begin = at;
                while (!lines.get(at).startsWith("```")) {
                    at++;
                }
                document.block(line.substring(3).strip(), begin, lines.subList(begin, at));
                at++;
            } else {
                SPAN.matcher(line).results().map(it -> it.group(1)).forEach(document.spans::add);
            }
        }
        return document;
    }

    private void block(String mark, int begin, List<String> lines) {
        switch (mark) {
            case "console" -> parts.addAll(steps(begin, lines, ANYBODY));
            case "root" -> parts.addAll(steps(begin, lines, ROOT));
            case "terminal" -> parts.add(new Dialogue(begin, List.copyOf(lines)));
            default -> {
                if (lines.stream().anyMatch(line -> User.of(line, ANYBODY) != null)) {
                    unmarked.add(begin);
                }
            }
        }
    }

    private static List<Step> steps(int begin, List<String> lines, Set<User> users) {
        List<Step> steps = new ArrayList<>();
        boolean goesOn = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            @Nullable User user = User.of(line, users);
            if (goesOn) {
                Step begun = steps.removeLast();
                String command = begun.command() + "\n" + line;
                steps.add(new Step(begun.line(), begun.user(), command, begun.printed()));
            } else if (user != null) {
                String command = line.substring(user.prompt.length());
                steps.add(new Step(begin + i + 1, user, command, new ArrayList<>()));
            } else if (!line.isBlank()) {
                steps.getLast().printed().add(line);
            }
            goesOn = line.endsWith("\\");
        }
        return steps;
    }

    /// Returns a pattern for a printed line: words with digits in them and units differ from run to
    /// run, the space between words may be wider or narrower, and `...` stands for anything.
    static Pattern pattern(String printed) {
        return Pattern.compile("\\s*" + pattern(printed, "\\s+") + "\\s*");
    }

    /// As [#pattern(String)], from the first word to the last, with anything between words.
    static String pattern(String printed, String between) {
        return Arrays.stream(printed.strip().split("\\s+", -1))
                .map(word ->
                        word.equals("...") ? ".*" : varies(word) ? "\\S+" : Pattern.quote(word))
                .collect(Collectors.joining(between));
    }

    private static boolean varies(String word) {
        return VARIES.matcher(word).find();
    }
}
