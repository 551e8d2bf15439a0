package io.sunaba.shell.format;

import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Command;
import io.sunaba.shell.command.Syntax;
import io.sunaba.shell.command.UsageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
        // At the end of the text the value is there.
        String text = new String(current.in().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (call.console().failed()) {
            return null;
        }
        return Json.of(
                formats.valueOf(pipeline.get(place - 1)).orElse(text.isEmpty() ? null : text));
    }
}
