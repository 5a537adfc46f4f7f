using Microsoft.Data.Sqlite;
using Pangu.Core;

namespace Pangu.Workshop.Registry;

/// <summary>The SQLite index over the registry's folders: write-ahead log, a busy time-out, writers one after another.</summary>
/// <param name="path">The database file.</param>
internal sealed class RegistryIndex(string path)
{
    private const int Version = 1;
    private const int BusySeconds = 30;

    /// <summary>Opens a connection and makes the tables where they are missing.</summary>
    /// <exception cref="PanguException">The index was written by a newer version.</exception>
    public SqliteConnection Open()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = BusySeconds, Pooling = false }.ToString());
        try
        {
            connection.Open();
            Execute(connection, null, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
            Migrate(connection);
            return connection;
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw new PanguException(ErrorKind.Missing, "registry-index", $"The registry's index {path} cannot be used: {exception.Message}. It can be rebuilt: delete that file and run ./pangu models reindex.", exception);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public static void Put(SqliteTransaction transaction, RegisteredModel model, string registered)
    {
        using var command = Command(transaction, """
            INSERT INTO models (name, hash, registered, released, bytes, parent, card) VALUES ($name, $hash, $registered, $released, $bytes, $parent, $card)
            ON CONFLICT (name, hash) DO UPDATE SET registered = $registered, released = $released, bytes = $bytes, parent = $parent, card = $card
            """);
        command.Parameters.AddWithValue("$name", model.Name);
        command.Parameters.AddWithValue("$hash", model.Hash);
        command.Parameters.AddWithValue("$registered", registered);
        command.Parameters.AddWithValue("$released", model.Released);
        command.Parameters.AddWithValue("$bytes", model.Bytes);
        command.Parameters.AddWithValue("$parent", (object?)model.Card.Parent ?? DBNull.Value);
        command.Parameters.AddWithValue("$card", CardJson.Write(model.Card));
        command.ExecuteNonQuery();
    }

    public static void Delete(SqliteTransaction transaction, string name, string hash)
    {
        using var command = Command(transaction, "DELETE FROM models WHERE name = $name AND hash = $hash");
        command.Parameters.AddWithValue("$name", name);
        command.Parameters.AddWithValue("$hash", hash);
        command.ExecuteNonQuery();
    }

    public static void Clear(SqliteTransaction transaction)
    {
        using var command = Command(transaction, "DELETE FROM models");
        command.ExecuteNonQuery();
    }

    public static int Count(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM models";
        return Convert.ToInt32(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Every model, by name, the newest registration last.</summary>
    public static List<RegisteredModel> Read(SqliteConnection connection, SqliteTransaction? transaction, RegistryFolder folder)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT name, hash, released, bytes, card FROM models ORDER BY name, registered, hash";
        using var reader = command.ExecuteReader();
        var models = new List<RegisteredModel>();
        while (reader.Read())
        {
            var hash = reader.GetString(1);
            var name = reader.GetString(0);
            models.Add(new RegisteredModel(name, hash, folder.PackageFolder(hash), reader.GetInt64(3), reader.GetBoolean(2), folder.ReadCard(reader.GetString(4), hash, name)));
        }

        return models;
    }

    private void Migrate(SqliteConnection connection)
    {
        var version = UserVersion(connection);
        if (version > Version)
        {
            throw PanguException.Usage("registry-version", $"The registry's index {path} has version {version}, this Pangu reads {Version}; use a newer Pangu.");
        }

        if (version == Version)
        {
            return;
        }

        using var transaction = connection.BeginTransaction(deferred: false);
        Execute(connection, transaction, $"""
            CREATE TABLE IF NOT EXISTS models (
                name TEXT NOT NULL, hash TEXT NOT NULL, registered TEXT NOT NULL, released INTEGER NOT NULL, bytes INTEGER NOT NULL, parent TEXT, card TEXT NOT NULL,
                PRIMARY KEY (name, hash));
            CREATE INDEX IF NOT EXISTS models_by_hash ON models (hash);
            PRAGMA user_version = {Version};
            """);
        transaction.Commit();
    }

    private static long UserVersion(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version";
        return (long)command.ExecuteScalar()!;
    }

    private static SqliteCommand Command(SqliteTransaction transaction, string text)
    {
        var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // The texts are constants of this file; values go in as parameters.
        command.CommandText = text;
#pragma warning restore CA2100
        return command;
    }

    private static void Execute(SqliteConnection connection, SqliteTransaction? transaction, string text)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100
        command.CommandText = text;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
