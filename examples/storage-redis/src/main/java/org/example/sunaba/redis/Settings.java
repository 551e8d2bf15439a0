package org.example.sunaba.redis;

import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// The configuration, from `etc/org.example.sunaba.storage.redis.cfg`.
@ObjectClassDefinition(name = "Storage in Redis")
@interface Settings {
    /// Where the server is: `redis://[user:password@]host:port[/database]`.
    String server() default "redis://127.0.0.1:6379";

    /// What all keys begin with: one for each platform that shares the server.
    String prefix() default "sunaba/";
}
