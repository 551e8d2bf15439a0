package io.sunaba.shell.format;

import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Command;
import io.sunaba.shell.command.Syntax;
import io.sunaba.shell.command.UsageException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.felix.service.command.Process;
import org.jspecify.annotations.Nullable;

/// The command `json`: prints the value of the command before it in a pipeline.
public final class JsonCommand {
    private static final Syntax SYNTAX =
            new Syntax("sunaba", "json", "Print the value of the command before the | as JSON");

    private final Formats formats;

    private JsonCommand(Formats formats) {
        this.formats = formats;
    }

    public static Command of(Formats formats) {
        return new Command(SYNTAX, new JsonCommand(formats)::run);
    }

    private @Nullable Object run(Call call) throws IOException {
        Process current = Process.Utils.current();
        List<Process> pipeline = current.job().processes();
        int place = pipeline.indexOf(current);
        if (place == 0) {
            throw new UsageException("json: there is no command before it; see json --help");
        }
        Process before = pipeline.get(place - 1);
        StringBuilder text = new StringBuilder();
        boolean lines = false;
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(current.in(), StandardCharsets.UTF_8));
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            Optional<Object> value = call.console().takePassedOn(before);
            if (value.isPresent()) {
                lines = true;
                call.out().println(Json.line(value.get()));
            } else {
                text.append(line).append('\n');
            }
        }
        if (lines || call.console().failed()) {
            return null;
        }
        // At the end of the text the value is there.
        String said = text.toString().strip();
        return Json.of(formats.valueOf(before).orElse(said.isEmpty() ? null : said));
    }
}
