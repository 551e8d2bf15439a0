package io.sunaba.core.record;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import com.google.gson.TypeAdapter;
import com.google.gson.TypeAdapterFactory;
import com.google.gson.reflect.TypeToken;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Writes a value of a sealed interface as an object with one member, named after its record:
/// `{"Packed": {...}}`.
final class SealedTypes implements TypeAdapterFactory {
    @Override
    public <T> @Nullable TypeAdapter<T> create(Gson gson, TypeToken<T> type) {
        Class<? super T> sealed = type.getRawType();
        if (!sealed.isSealed() || !sealed.isInterface()) {
            return null;
        }
        return SealedTypes.<T>adapter(gson, sealed).nullSafe();
    }

    private static <T> TypeAdapter<T> adapter(Gson gson, Class<? super T> sealed) {
        return new TypeAdapter<T>() {
            @Override
            public void write(JsonWriter out, T value) throws IOException {
                out.beginObject().name(value.getClass().getSimpleName());
                gson.toJson(value, value.getClass(), out);
                out.endObject();
            }

            @Override
            @SuppressWarnings("unchecked") // every permitted record is a T
            public T read(JsonReader in) throws IOException {
                in.beginObject();
                String name = in.nextName();
                Class<?> record =
                        Arrays.stream(sealed.getPermittedSubclasses())
                                .filter(each -> each.getSimpleName().equals(name))
                                .findFirst()
                                .orElseThrow(() ->
                                        new JsonParseException(
                                                "'%s' at %s is no %s"
                                                        .formatted(
                                                                name,
                                                                in.getPath(),
                                                                sealed.getSimpleName())));
                T value = (T) gson.fromJson(in, record);
                in.endObject();
                return value;
            }
        };
    }
}
