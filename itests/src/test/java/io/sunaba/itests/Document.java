package io.sunaba.itests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// A Markdown document, and the commands in it: those of fenced blocks marked `console`, after `$ `
/// for the system's shell or `sunaba> ` for the platform's. What follows a command is what it
/// prints. A line that ends with a backslash goes on in the next.
///
/// @param name the file, from the repository's root
/// @param steps the commands
/// @param unmarked the numbers of lines that begin blocks with commands but are not marked
/// @param spans what stands between single backquotes outside of blocks
record Document(String name, List<Step> steps, List<Integer> unmarked, List<String> spans) {
    private static final Pattern SPAN = Pattern.compile("(?<!`)`([^`]+)`(?!`)");
    private static final Pattern VARIES = Pattern.compile("\\d|^(ms|s|min|h|B|KiB|MiB|GiB),?$");
    private static final String SHELL = "$ ";
    private static final String PLATFORM = "sunaba> ";

    /// A command.
    ///
    /// @param line where it stands
    /// @param onPlatform whether it is for the platform's shell
    /// @param command the command
    /// @param printed the lines that it prints
    record Step(int line, boolean onPlatform, String command, List<String> printed) {}

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
        if (mark.equals("console")) {
            steps.addAll(steps(begin, lines));
        } else if (mark.isEmpty()
                && lines.stream().anyMatch(it -> it.startsWith(SHELL) || it.startsWith(PLATFORM))) {
            unmarked.add(begin);
        }
    }

    private static List<Step> steps(int begin, List<String> lines) {
        List<Step> steps = new ArrayList<>();
        boolean goesOn = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            boolean onPlatform = line.startsWith(PLATFORM);
            if (goesOn) {
                Step begun = steps.removeLast();
                String command = begun.command() + "\n" + line;
                steps.add(new Step(begun.line(), begun.onPlatform(), command, begun.printed()));
            } else if (onPlatform || line.startsWith(SHELL)) {
                String command = line.substring((onPlatform ? PLATFORM : SHELL).length());
                steps.add(new Step(begin + i + 1, onPlatform, command, new ArrayList<>()));
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
        StringBuilder pattern = new StringBuilder("\\s*");
        for (String word : printed.strip().split("\\s+", -1)) {
            if (pattern.length() > 3) {
                pattern.append("\\s+");
            }
            if (word.equals("...")) {
                pattern.append(".*");
            } else {
                pattern.append(varies(word) ? "\\S+" : Pattern.quote(word));
            }
        }
        return Pattern.compile(pattern.append("\\s*").toString());
    }

    private static boolean varies(String word) {
        return VARIES.matcher(word).find();
    }
}
