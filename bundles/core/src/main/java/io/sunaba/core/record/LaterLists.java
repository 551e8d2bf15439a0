package io.sunaba.core.record;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

/// Lists that records have come to have without a new format: in one that was written before, they
/// are empty.
final class LaterLists {
    private static final String DEVICES = "devices";

    private LaterLists() {}

    /// Adds them where they are missing.
    ///
    /// @param type what it is a record of
    static JsonObject complete(Class<?> type, JsonObject record) {
        if (type == SandboxRecord.class) {
            complete(record, DEVICES);
            if (record.get("config") instanceof JsonObject config) {
                complete(config, DEVICES);
            }
        }
        return record;
    }

    private static void complete(JsonObject record, String list) {
        if (!record.has(list)) {
            record.add(list, new JsonArray());
        }
    }
}
