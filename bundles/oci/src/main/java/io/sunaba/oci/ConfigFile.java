package io.sunaba.oci;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import io.sunaba.error.RejectedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A configuration file as JSON.
final class ConfigFile {
    private static final int MAXIMUM_BYTES = 4 << 20;

    private ConfigFile() {}

    static Property read(Path file) {
        if (!Files.exists(file)) {
            throw new RejectedException(file + " is not there: it makes a directory an OCI bundle");
        }
        if (!Files.isRegularFile(file)) {
            throw new RejectedException(file + " is no file");
        }
        try {
            return Property.root(file, parse(text(file)));
        } catch (CharacterCodingException e) {
            throw new RejectedException(file + " is no UTF-8 text", e);
        } catch (MalformedJsonException | JsonParseException e) {
            throw new RejectedException(file + " is no JSON: " + firstLine(e), e);
        } catch (IOException e) {
            throw new RejectedException(file + " cannot be read: " + firstLine(e), e);
        }
    }

    private static String text(Path file) throws IOException {
        try (InputStream stream = Files.newInputStream(file)) {
            byte[] bytes = stream.readNBytes(MAXIMUM_BYTES + 1);
            if (bytes.length > MAXIMUM_BYTES) {
                throw new RejectedException(
                        "%s has more than %d bytes".formatted(file, MAXIMUM_BYTES));
            }
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        }
    }

    private static JsonElement parse(String text) throws IOException {
        JsonReader reader = new JsonReader(new StringReader(text));
        reader.setStrictness(Strictness.STRICT);
        JsonElement json = JsonParser.parseReader(reader);
        if (reader.peek() != JsonToken.END_DOCUMENT) {
            throw new MalformedJsonException("something follows its end at " + reader.getPath());
        }
        return json;
    }

    private static String firstLine(Exception e) {
        Throwable cause =
                e instanceof JsonParseException && e.getCause() != null ? e.getCause() : e;
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    }
}
