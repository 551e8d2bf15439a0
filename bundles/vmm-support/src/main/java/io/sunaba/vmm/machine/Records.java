package io.sunaba.vmm.machine;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.vmm.HostProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The JSON of records: of their data, and of the whole record in a machine's directory.
///
/// What is plugged is not in it: QEMU itself tells, and is right even if the last change was never
/// recorded.
public final class Records {
    private static final int FORMAT = 1;

    private Records() {}

    /// What the plugin keeps in [MachineRecord#data].
    ///
    /// @param directory the machine's directory
    /// @param process the QEMU process, or null while it is being started
    public record Data(Path directory, @Nullable HostProcess process) {
        public String toJson() {
            JsonObject json = new JsonObject();
            json.addProperty("format", FORMAT);
            json.addProperty("directory", directory.toString());
            if (process != null) {
                json.addProperty("pid", process.pid());
                json.addProperty("startTicks", process.startTicks());
            }
            return json.toString();
        }

        /// Reads the data of a record.
        ///
        /// @throws RejectedException if it cannot be understood
        public static Data of(MachineRecord record) {
            try {
                JsonObject json = JsonParser.parseString(record.data()).getAsJsonObject();
                int format = json.get("format").getAsInt();
                if (format != FORMAT) {
                    throw new RejectedException(
                            "record of machine %s has format %d: only %d is known"
                                    .formatted(record.id(), format, FORMAT));
                }
                Path directory = Path.of(json.get("directory").getAsString());
                if (!directory.endsWith(record.id())) {
                    throw new RejectedException(
                            "record of machine %s is that of another: its directory is %s"
                                    .formatted(record.id(), directory));
                }
                return new Data(
                        directory,
                        json.has("pid")
                                ? new HostProcess(
                                        json.get("pid").getAsLong(),
                                        json.get("startTicks").getAsLong())
                                : null);
            } catch (JsonParseException
                    | IllegalStateException
                    | IllegalArgumentException
                    | NullPointerException
                    | UnsupportedOperationException e) {
                throw new RejectedException(
                        "record of machine %s is damaged".formatted(record.id()), e);
            }
        }

        /// Finds the living process of a machine; empty if it has ended.
        ///
        /// @param argument what tells it from all others
        public Optional<HostProcess> living(String argument) {
            if (process != null) {
                return Optional.of(process).filter(known -> known.hasArgument(argument));
            }
            // The platform died between the start of the process and the note of its pid.
            return HostProcess.withArgument(argument).stream().findFirst();
        }
    }

    /// Finds the living process of a machine by the record in its directory, damaged or not.
    public static Optional<HostProcess> living(MachineFiles files, String argument) {
        Data data;
        try {
            data = Data.of(files.read());
        } catch (RejectedException _) {
            data = new Data(files.directory(), null);
        }
        return data.living(argument);
    }

    public static String toJson(MachineRecord record) {
        JsonObject json = new JsonObject();
        json.addProperty("owner", record.owner());
        json.addProperty("data", record.data());
        return json.toString();
    }

    /// Reads the record of a machine's directory; without one, what can be said without.
    public static MachineRecord ofJson(String id, Path directory, Path file) {
        try {
            JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
            return new MachineRecord(
                    id, json.get("owner").getAsString(), json.get("data").getAsString());
        } catch (IOException
                | JsonParseException
                | IllegalStateException
                | NullPointerException
                | UnsupportedOperationException _) {
            return new MachineRecord(id, "", new Data(directory, null).toJson());
        }
    }
}
